import { ROW_BITS, TopCentroids } from '@glot/kernels';
import type { ScoredPassage } from '../ranking/fusion.js';
import { type CellTree, cellCount } from './centroid-tree.js';
import { PassageCellLists } from './passage-centroids.js';
import { decodeAscending, MAX_NUMBER_BYTES, type PostingLists, writeGap } from './posting-lists.js';
import type { Probe } from './probe.js';
import { type ProbedCells, ProbedSums } from './score-accumulator.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

/** Parts of a level. The smallest gain is one of them: a passage that was touched is told by its sum. */
const LEVEL_PARTS = 16;

/** Query rows that find passages; the sums of so many stay below 2^21. Those beyond count in the scores alone. */
const FINDING_ROWS = (1 << ROW_BITS) - 1;

/** More than there are ordinals: a score and an ordinal go into one number below 2^53. */
const ORDINALS = 2 ** 31;

/**
 * Which passages have rows in which cells: the lists of a generation, what was added since, what is gone. Candidates are
 * found in two passes. The first collects as XTR does (Lee et al. 2023): a passage gets, for each query row, the score of
 * the best probed cell it has a row in, and the score of the first cell not probed where it has none. Those with the
 * highest sums are then scored by all of their centroids.
 */
export class CellIndex {
  readonly tree: CellTree;
  readonly #cells: number;
  readonly #sums: ProbedSums;
  readonly #passageCells: PassageCellLists;
  readonly #topCells: TopCentroids;
  /** Ordinal -> passage, ascending. */
  #ids: Float64Array;
  #count: number;
  #removed: Uint8Array;
  removedCount = 0;
  /** Passages of the generation's own lists. */
  readonly baseCount: number;

  /** @throws GlotError `kernels.out-of-memory` */
  constructor(tree: CellTree, lists: PostingLists, ids: Float64Array) {
    this.tree = tree;
    this.#cells = cellCount(tree);
    this.#sums = new ProbedSums(lists, this.#cells, ids.length);
    this.#passageCells = new PassageCellLists(lists, this.#cells, ids.length);
    this.#topCells = new TopCentroids(this.#cells);
    this.baseCount = ids.length;
    this.#count = ids.length;
    const room = ids.length + FIRST_DELTA;
    this.#ids = new Float64Array(room);
    this.#ids.set(ids);
    this.#removed = new Uint8Array(room);
  }

  /** Passages that can be found. */
  get live(): number {
    return this.#count - this.removedCount;
  }

  get deltaCount(): number {
    return this.#count - this.baseCount;
  }

  get bytes(): number {
    const { tree } = this;
    const arrays = [tree.centroids, tree.coarse, this.#ids, this.#removed];
    const kept = this.#sums.bytes + this.#passageCells.bytes + this.#topCells.bytes;
    return arrays.reduce((sum, array) => sum + array.byteLength, kept);
  }

  /**
   * @param passageId above every one so far
   * @param cells distinct
   * @throws GlotError `kernels.out-of-memory`: nothing is added then
   */
  add(passageId: number, cells: Uint32Array): void {
    if (this.#count === this.#ids.length) this.#grow();
    // The one that may find no room goes first: nothing else has changed then.
    this.#passageCells.append(cells);
    this.#sums.append(cells);
    this.#ids[this.#count++] = passageId;
  }

  /** Passages from `first` to `last` are gone. */
  remove(first: number, last: number): void {
    for (let at = this.#firstAtLeast(first); at < this.#count && this.#ids[at]! <= last; at += 1) {
      this.removedCount += 1 - this.#removed[at]!;
      this.#removed[at] = 1;
    }
  }

  /** The most promising passages with the sums of their levels, best first. */
  candidates({ levels, queryRows, cells, depth, allows }: Probe): ScoredPassage[] {
    const probed = this.#probed(levels, Math.min(queryRows, FINDING_ROWS), Math.min(cells, this.#cells));
    if (probed.highest === 0) return [];
    const allowed = allows && ((ordinal: number) => allows(this.#ids[ordinal]!));
    const ordinals = this.#sums.highest(probed, depth, { removed: this.#removed, allows: allowed });
    return this.#ranked(ordinals, this.#passageCells.score(ordinals, levels));
  }

  #probed(levels: Uint8Array, rows: number, perRow: number): ProbedCells {
    const cells = new Uint32Array(rows * perRow);
    const steps = new Uint32Array(rows * perRow);
    let highest = 0;
    for (const [row, ranked] of this.#topCells.rank(levels, rows, perRow).entries()) {
      cells.set(ranked.centroids, row * perRow);
      for (let rank = 0; rank < perRow; rank += 1) {
        const gain = (ranked.levels[rank]! - ranked.floor) * LEVEL_PARTS + 1;
        if (rank === 0) highest += gain;
        steps[row * perRow + rank] = (gain << ROW_BITS) | (row + 1);
      }
    }
    return { cells, steps, highest };
  }

  // Best first, the oldest first where scores are equal. As one number each they are sorted without a comparison in
  // JavaScript.
  #ranked(ordinals: Uint32Array, scores: Uint32Array): ScoredPassage[] {
    const keys = new Float64Array(ordinals.length);
    for (let at = 0; at < keys.length; at += 1) keys[at] = ordinals[at]! - scores[at]! * ORDINALS;
    keys.sort();
    return Array.from(keys, (key) => {
      const score = Math.ceil(-key / ORDINALS) + 0;
      return { passageId: this.#ids[key + score * ORDINALS]!, score };
    });
  }

  /** Lists of the passages that can be found, renumbered: what stood beside them is within, what is gone is not. */
  folded(): { lists: PostingLists; ids: Float64Array } {
    const renumbered = new Int32Array(this.#count).fill(-1);
    const ids = new Float64Array(this.live);
    let next = 0;
    for (let ordinal = 0; ordinal < this.#count; ordinal += 1) {
      if (this.#removed[ordinal]) continue;
      ids[next] = this.#ids[ordinal]!;
      renumbered[ordinal] = next++;
    }
    const from = this.#sums.lists;
    const offsets = new Float64Array(this.#cells + 1);
    let bytes = new Uint8Array(from.bytes.length + this.#sums.laterPostings * MAX_NUMBER_BYTES + 1024);
    let at = 0;
    for (let cell = 0; cell < this.#cells; cell += 1) {
      const members = [
        ...decodeAscending(from.bytes.subarray(from.offsets[cell]!, from.offsets[cell + 1]!)),
        ...this.#sums.laterOf(cell),
      ];
      if (at + members.length * MAX_NUMBER_BYTES > bytes.length) {
        bytes = widened(bytes, new Uint8Array(2 * (at + members.length * MAX_NUMBER_BYTES)));
      }
      let last = 0;
      for (const ordinal of members) {
        const number = renumbered[ordinal]!;
        if (number < 0) continue;
        at = writeGap(bytes, at, number - last);
        last = number;
      }
      offsets[cell + 1] = at;
    }
    return { lists: { offsets, bytes: bytes.slice(0, at) }, ids };
  }

  #firstAtLeast(id: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ids[middle]! < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    const room = Math.ceil(this.#ids.length * 1.25) + FIRST_DELTA;
    this.#ids = widened(this.#ids, new Float64Array(room));
    this.#removed = widened(this.#removed, new Uint8Array(room));
  }
}

function widened<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
