import { TopCentroids } from '@glot/kernels';
import type { Ranked } from '../fusion.js';
import { type CellTree, cellCount } from './cell-tree.js';
import { PassageCellLists } from './passage-cell-lists.js';
import { decodeAscending, MAX_NUMBER_BYTES, type PostingLists, writeGap } from './posting-lists.js';
import type { Probe } from './probe.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

/** Parts of a level. The smallest gain is one of them: a passage that was touched is told by its sum. */
const LEVEL_PARTS = 16;

/** A sum's bits that do not count for the order after the first pass. */
const ORDER_SHIFT = 4;
const ORDER_ROUNDING = (1 << ORDER_SHIFT) - 1;

/** Passages whose sums stay in the cache of a core while all lists go by. */
const BLOCK = 1 << 16;

/** A word holds a passage's sum and, in its lowest bits, the number of the last query row that added to it. */
const ROW_BITS = 10;
const ROW_MASK = (1 << ROW_BITS) - 1;

/** More than there are ordinals: a score and an ordinal go into one number below 2^53. */
const ORDINALS = 2 ** 31;

/** Query rows that find passages; the sums of so many stay below 2^21. Those beyond count in the scores alone. */
const FINDING_ROWS = ROW_MASK;

/**
 * Which passages have rows in which cells: the lists of a generation, what was added since, what is gone. Candidates are
 * found in two passes. The first collects as XTR does (Lee et al. 2023): a passage gets, for each query row, the score of
 * the best probed cell it has a row in, and the score of the first cell not probed where it has none. Those with the
 * highest sums are then scored by all of their centroids.
 */
export class CellIndex {
  readonly tree: CellTree;
  readonly #lists: PostingLists;
  readonly #cells: number;
  readonly #passageCells: PassageCellLists;
  readonly #topCells: TopCentroids;
  /** Ordinal -> passage, ascending. */
  #ids: Float64Array;
  #count: number;
  #removed: Uint8Array;
  removedCount = 0;
  /** Passages of the generation's own lists. */
  readonly baseCount: number;
  // Later passages: per cell a chain of ordinals.
  readonly #heads: Int32Array;
  #links: Int32Array = new Int32Array(FIRST_DELTA);
  #linkOrdinals: Uint32Array = new Uint32Array(FIRST_DELTA);
  #linkCount = 0;
  // For each ordinal its sum in parts of a level and the last query row that added to it, in one word: all 0 between
  // searches. They are read from the first to the last: even where few are set, that is quicker than a list of these.
  #sums: Int32Array;

  constructor(tree: CellTree, lists: PostingLists, ids: Float64Array) {
    this.tree = tree;
    this.#lists = lists;
    this.#cells = cellCount(tree);
    this.#passageCells = new PassageCellLists(lists, this.#cells, ids.length);
    this.#topCells = new TopCentroids(this.#cells);
    this.baseCount = ids.length;
    this.#count = ids.length;
    const room = ids.length + FIRST_DELTA;
    this.#ids = new Float64Array(room);
    this.#ids.set(ids);
    this.#removed = new Uint8Array(room);
    this.#sums = new Int32Array(room);
    this.#heads = new Int32Array(this.#cells).fill(-1);
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
    const arrays = [
      tree.centroids,
      tree.coarse,
      this.#lists.bytes,
      this.#lists.offsets,
      this.#ids,
      this.#removed,
      this.#sums,
      this.#heads,
      this.#links,
      this.#linkOrdinals,
    ];
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#passageCells.bytes + this.#topCells.bytes);
  }

  /** @param passageId above every one so far; @param cells distinct */
  add(passageId: number, cells: Uint32Array): void {
    if (this.#count === this.#ids.length) this.#grow();
    const ordinal = this.#count++;
    this.#ids[ordinal] = passageId;
    this.#passageCells.append(cells);
    if (this.#linkCount + cells.length > this.#links.length) {
      const room = 2 * (this.#linkCount + cells.length);
      this.#links = widened(this.#links, new Int32Array(room));
      this.#linkOrdinals = widened(this.#linkOrdinals, new Uint32Array(room));
    }
    for (const cell of cells) {
      const link = this.#linkCount++;
      this.#linkOrdinals[link] = ordinal;
      this.#links[link] = this.#heads[cell]!;
      this.#heads[cell] = link;
    }
  }

  /** Passages from `first` to `last` are gone. */
  remove(first: number, last: number): void {
    for (let at = this.#firstAtLeast(first); at < this.#count && this.#ids[at]! <= last; at += 1) {
      this.removedCount += 1 - this.#removed[at]!;
      this.#removed[at] = 1;
    }
  }

  /** The most promising passages with the sums of their levels, best first. */
  candidates(probe: Probe): Ranked[] {
    const rows = Math.min(probe.queryRows, FINDING_ROWS);
    const perRow = Math.min(probe.cells, this.#cells);
    const cells = new Uint32Array(rows * perRow);
    const steps = new Int32Array(rows * perRow);
    let highest = 0;
    for (const [row, ranked] of this.#topCells.rank(probe.levels, rows, perRow).entries()) {
      cells.set(ranked.centroids, row * perRow);
      for (let rank = 0; rank < perRow; rank += 1) {
        const gain = (ranked.levels[rank]! - ranked.floor) * LEVEL_PARTS + 1;
        if (rank === 0) highest += gain;
        steps[row * perRow + rank] = (gain << ROW_BITS) | (row + 1);
      }
    }
    if (highest === 0) return [];
    this.#collect(cells, steps);
    const ordinals = this.#highest(highest, probe.depth, probe.allows);
    return this.#ranked(ordinals, this.#passageCells.score(ordinals, probe.levels));
  }

  // Best first, the oldest first where scores are equal. As one number each they are sorted without a comparison in
  // JavaScript.
  #ranked(ordinals: Uint32Array, scores: Uint32Array): Ranked[] {
    const keys = Float64Array.from(ordinals, (ordinal, at) => ordinal - scores[at]! * ORDINALS).sort();
    return Array.from(keys, (key) => {
      const score = Math.ceil(-key / ORDINALS);
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
    const offsets = new Float64Array(this.#cells + 1);
    let bytes = new Uint8Array(this.#lists.bytes.length + this.#linkCount * MAX_NUMBER_BYTES + 1024);
    let at = 0;
    for (let cell = 0; cell < this.#cells; cell += 1) {
      const from = this.#lists.offsets[cell]!;
      const members = [...decodeAscending(this.#lists.bytes.subarray(from, this.#lists.offsets[cell + 1]!))];
      const later: number[] = [];
      for (let link = this.#heads[cell]!; link >= 0; link = this.#links[link]!) later.push(this.#linkOrdinals[link]!);
      for (const ordinal of later.reverse()) members.push(ordinal);
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

  // Adds to each passage, for each query row, the step of the first list of the row that it stands in.
  // @param steps [lists]: gain and number of the row, as they are added to a word without a row
  #collect(cells: Uint32Array, steps: Int32Array): void {
    const { bytes, offsets } = this.#lists;
    const sums = this.#sums;
    // Where each list goes on, and the ordinal before.
    const places = Uint32Array.from(cells, (cell) => offsets[cell]!);
    const ordinals = new Int32Array(cells.length);
    for (let end = BLOCK; end - BLOCK < this.baseCount; end += BLOCK) {
      for (let list = 0; list < cells.length; list += 1) {
        const step = steps[list]!;
        const row = step & ROW_MASK;
        const stop = offsets[cells[list]! + 1]! >>> 0;
        let at = places[list]!;
        let ordinal = ordinals[list]!;
        while (at < stop) {
          let next = at + 1;
          let byte = bytes[at]!;
          let gap = byte & 127;
          for (let shift = 7; byte >= 128; shift += 7) {
            byte = bytes[next++]!;
            gap |= (byte & 127) << shift;
          }
          if (ordinal + gap >= end) break;
          ordinal += gap;
          at = next;
          const word = sums[ordinal]!;
          if ((word & ROW_MASK) !== row) sums[ordinal] = (word & ~ROW_MASK) + step;
        }
        places[list] = at;
        ordinals[list] = ordinal;
      }
    }
    for (let list = 0; list < cells.length; list += 1) {
      const row = steps[list]! & ROW_MASK;
      for (let link = this.#heads[cells[list]!]!; link >= 0; link = this.#links[link]!) {
        const word = sums[this.#linkOrdinals[link]!]!;
        if ((word & ROW_MASK) !== row) sums[this.#linkOrdinals[link]!] = (word & ~ROW_MASK) + steps[list]!;
      }
    }
  }

  // The passages with the highest sums, the oldest where they are about equal. Clears the sums.
  #highest(highest: number, most: number, allows: Probe['allows']): Uint32Array {
    const sums = this.#sums;
    const count = this.#count;
    // Bin 0 holds the passages without a sum.
    const sizes = new Uint32Array(binOf(highest << ROW_BITS) + 1);
    for (let ordinal = 0; ordinal < count; ordinal += 1) {
      if (this.#removed[ordinal] || (allows && sums[ordinal] !== 0 && !allows(this.#ids[ordinal]!))) sums[ordinal] = 0;
      sizes[binOf(sums[ordinal]!)]! += 1;
    }
    // The last bin that passages are taken from.
    let last = sizes.length - 1;
    let found = sizes[last]!;
    while (last > 1 && found < most) found += sizes[--last]!;
    // Where the next passage of each bin goes: the highest bin comes first.
    const next = new Uint32Array(sizes.length);
    for (let bin = sizes.length - 1, start = 0; bin >= last; bin -= 1) {
      next[bin] = start;
      start += sizes[bin]!;
    }
    const ordinals = new Uint32Array(found);
    for (let ordinal = 0; ordinal < count; ordinal += 1) {
      const bin = binOf(sums[ordinal]!);
      if (bin >= last) ordinals[next[bin]!++] = ordinal;
    }
    sums.fill(0, 0, count);
    return ordinals.subarray(0, most);
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
    this.#sums = new Int32Array(room);
  }
}

/** Of a word; 0 for one without a sum. */
function binOf(word: number): number {
  return ((word >>> ROW_BITS) + ORDER_ROUNDING) >>> ORDER_SHIFT;
}

function widened<T extends Float64Array | Uint8Array | Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
