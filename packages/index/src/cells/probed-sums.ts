import { ListSums, ROW_BITS } from '@glot/kernels';
import type { PostingLists } from './posting-lists.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

const ROW_MASK = (1 << ROW_BITS) - 1;

/** A sum's bits that do not count for the order. */
const ORDER_SHIFT = 4;
const ORDER_ROUNDING = (1 << ORDER_SHIFT) - 1;

/** The passages of a list of a query row. */
export interface ProbedCells {
  /** [n]; the cells of a row follow each other, the best first. */
  readonly cells: Uint32Array;
  /** [n] what a passage of the cell gains above `ROW_BITS` bits, with the number of the row, from 1 on. */
  readonly steps: Uint32Array;
  /** No passage gains more in all. */
  readonly highest: number;
}

/** What may be found. */
export interface Findable {
  /** [ordinals] 1 for what is gone. */
  readonly removed: Uint8Array;
  /** Null for every one. */
  readonly allows: ((ordinal: number) => boolean) | null;
}

/**
 * Which passages, by ordinal, have rows in which cells, as delta-coded lists and, for later ones, as a chain for each
 * cell; and the first pass of a search, which adds up what passages gain by the cells that were probed.
 */
export class ProbedSums {
  readonly #offsets: Float64Array;
  readonly #base: ListSums;
  readonly #baseCount: number;
  // Later passages: for each cell a chain of ordinals, the last one first.
  readonly #heads: Int32Array;
  #links: Int32Array = new Int32Array(FIRST_DELTA);
  #linkOrdinals: Uint32Array = new Uint32Array(FIRST_DELTA);
  #linkCount = 0;
  // [later passages] as those of the base: all 0 between searches.
  #laterSums: Uint32Array = new Uint32Array(FIRST_DELTA);
  #count: number;

  /** @param passages whose ordinals stand in the lists */
  constructor(lists: PostingLists, cellTotal: number, passages: number) {
    this.#offsets = lists.offsets;
    this.#base = new ListSums(lists.bytes, passages);
    this.#baseCount = passages;
    this.#count = passages;
    this.#heads = new Int32Array(cellTotal).fill(-1);
  }

  get lists(): PostingLists {
    return { offsets: this.#offsets, bytes: this.#base.bytes };
  }

  get laterPostings(): number {
    return this.#linkCount;
  }

  get bytes(): number {
    const arrays = [this.#offsets, this.#heads, this.#links, this.#linkOrdinals, this.#laterSums];
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#base.byteLength);
  }

  /** The distinct cells of the next ordinal. */
  append(cells: Uint32Array): void {
    const ordinal = this.#count++;
    const later = ordinal - this.#baseCount;
    if (later === this.#laterSums.length) this.#laterSums = new Uint32Array(2 * later);
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

  /** Later ordinals of a cell, ascending. */
  laterOf(cell: number): number[] {
    const later: number[] = [];
    for (let link = this.#heads[cell]!; link >= 0; link = this.#links[link]!) later.push(this.#linkOrdinals[link]!);
    return later.reverse();
  }

  /** At most so many ordinals, those with the highest sums first, the oldest first where they are about equal. */
  highest(probed: ProbedCells, most: number, findable: Findable): Uint32Array {
    this.#collect(probed);
    const parts = [
      { sums: this.#base.sums, first: 0 },
      { sums: this.#laterSums.subarray(0, this.#count - this.#baseCount), first: this.#baseCount },
    ];
    // Bin 0 holds the passages without a sum.
    const sizes = new Uint32Array(binOf(probed.highest << ROW_BITS) + 1);
    for (const { sums, first } of parts) countBins(sums, first, findable, sizes);
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
    for (const { sums, first } of parts) {
      for (let at = 0; at < sums.length; at += 1) {
        const bin = binOf(sums[at]!);
        if (bin >= last) ordinals[next[bin]!++] = first + at;
      }
      sums.fill(0);
    }
    return ordinals.subarray(0, most);
  }

  // Adds to each passage, for each query row, the step of the first list of the row that it stands in.
  #collect({ cells, steps }: ProbedCells): void {
    const offsets = this.#offsets;
    this.#base.add(
      Uint32Array.from(cells, (cell) => offsets[cell]!),
      Uint32Array.from(cells, (cell) => offsets[cell + 1]!),
      steps,
    );
    const sums = this.#laterSums;
    for (let list = 0; list < cells.length; list += 1) {
      const row = steps[list]! & ROW_MASK;
      for (let link = this.#heads[cells[list]!]!; link >= 0; link = this.#links[link]!) {
        const at = this.#linkOrdinals[link]! - this.#baseCount;
        const word = sums[at]!;
        if ((word & ROW_MASK) !== row) sums[at] = (word & ~ROW_MASK) + steps[list]!;
      }
    }
  }
}

// What cannot be found loses its sum.
function countBins(sums: Uint32Array, first: number, { removed, allows }: Findable, sizes: Uint32Array): void {
  for (let at = 0; at < sums.length; at += 1) {
    if (sums[at] === 0) continue;
    if (removed[first + at] || (allows && !allows(first + at))) sums[at] = 0;
    else sizes[binOf(sums[at]!)]! += 1;
  }
}

/** Of a word; 0 for one without a sum. */
function binOf(word: number): number {
  return ((word >>> ROW_BITS) + ORDER_ROUNDING) >>> ORDER_SHIFT;
}

function widened<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
