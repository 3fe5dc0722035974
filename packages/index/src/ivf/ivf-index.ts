import type { ScoredPassage } from '../ranking/fusion.js';
import { type CentroidTree, centroidCount } from './centroid-tree.js';
import { ROW_BITS } from './kernels/posting-sums.js';
import { TopCentroids } from './kernels/top-centroids.js';
import { PassageCentroids } from './passage-centroids.js';
import { decodeAscending, MAX_NUMBER_BYTES, type PostingLists, writeGap } from './posting-lists.js';
import type { Probe } from './probe.js';
import { type ProbedPartitions, ScoreAccumulator } from './score-accumulator.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

/** Parts of a score. The smallest gain is one of them: a passage that was touched is told by its sum. */
const SCORE_PARTS = 16;

/** Query rows that find passages; the sums of so many stay below 2^21. Those beyond count in the scores alone. */
const FINDING_ROWS = (1 << ROW_BITS) - 1;

/** More than there are ordinals: a score and an ordinal go into one number below 2^53. */
const ORDINALS = 2 ** 31;

/**
 * Which passages have rows in which partitions: the lists of a version, what was added since, what is gone. Candidates are
 * found in two passes. The first collects as XTR does (Lee et al. 2023): a passage gets, for each query row, the score of
 * the best probed partition it has a row in, and the score of the first partition not probed where it has none. Those with the
 * highest sums are then scored by all of their centroids.
 */
export class IvfIndex {
  readonly tree: CentroidTree;
  readonly #partitions: number;
  readonly #sums: ScoreAccumulator;
  readonly #passageCentroids: PassageCentroids;
  readonly #topCentroids: TopCentroids;
  /** Ordinal -> passage, ascending. */
  #ids: Float64Array;
  #count: number;
  #removed: Uint8Array;
  removedCount = 0;
  /** Passages of the version's own lists. */
  readonly baseCount: number;

  /** @throws GlotError `kernels.out-of-memory` */
  constructor(tree: CentroidTree, lists: PostingLists, ids: Float64Array) {
    this.tree = tree;
    this.#partitions = centroidCount(tree);
    this.#sums = new ScoreAccumulator(lists, this.#partitions, ids.length);
    this.#passageCentroids = new PassageCentroids(lists, this.#partitions, ids.length);
    this.#topCentroids = new TopCentroids(this.#partitions);
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
    const kept = this.#sums.bytes + this.#passageCentroids.bytes + this.#topCentroids.bytes;
    return arrays.reduce((sum, array) => sum + array.byteLength, kept);
  }

  /**
   * @param passageId above every one so far
   * @param partitions distinct
   * @throws GlotError `kernels.out-of-memory`: nothing is added then
   */
  add(passageId: number, partitions: Uint32Array): void {
    if (this.#count === this.#ids.length) this.#grow();
    // The one that may find no room goes first: nothing else has changed then.
    this.#passageCentroids.append(partitions);
    this.#sums.append(partitions);
    this.#ids[this.#count++] = passageId;
  }

  /** Passages from `first` to `last` are gone. */
  remove(first: number, last: number): void {
    for (let at = this.#firstAtLeast(first); at < this.#count && this.#ids[at]! <= last; at += 1) {
      this.removedCount += 1 - this.#removed[at]!;
      this.#removed[at] = 1;
    }
  }

  /** The most promising passages with their approximate scores, best first. */
  candidates({ centroidScores, queryRows, nprobe, depth, allows }: Probe): ScoredPassage[] {
    const probed = this.#probed(centroidScores, Math.min(queryRows, FINDING_ROWS), Math.min(nprobe, this.#partitions));
    if (probed.highest === 0) return [];
    const allowed = allows && ((ordinal: number) => allows(this.#ids[ordinal]!));
    const ordinals = this.#sums.highest(probed, depth, { removed: this.#removed, allows: allowed });
    return this.#ranked(ordinals, this.#passageCentroids.score(ordinals, centroidScores));
  }

  #probed(centroidScores: Uint8Array, rows: number, perRow: number): ProbedPartitions {
    const partitions = new Uint32Array(rows * perRow);
    const contributions = new Uint32Array(rows * perRow);
    let highest = 0;
    for (const [row, ranked] of this.#topCentroids.rank(centroidScores, rows, perRow).entries()) {
      partitions.set(ranked.centroids, row * perRow);
      for (let rank = 0; rank < perRow; rank += 1) {
        const gain = (ranked.scores[rank]! - ranked.floor) * SCORE_PARTS + 1;
        if (rank === 0) highest += gain;
        contributions[row * perRow + rank] = (gain << ROW_BITS) | (row + 1);
      }
    }
    return { partitions, contributions, highest };
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
    const offsets = new Float64Array(this.#partitions + 1);
    let bytes = new Uint8Array(from.bytes.length + this.#sums.laterPostings * MAX_NUMBER_BYTES + 1024);
    let at = 0;
    for (let partition = 0; partition < this.#partitions; partition += 1) {
      const members = [
        ...decodeAscending(from.bytes.subarray(from.offsets[partition]!, from.offsets[partition + 1]!)),
        ...this.#sums.laterOf(partition),
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
      offsets[partition + 1] = at;
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
