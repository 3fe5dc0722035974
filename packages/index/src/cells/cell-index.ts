import { TopRanked } from '../top-ranked.js';
import { type CellTree, cellCount } from './cell-tree.js';
import { PassageCellLists } from './passage-cell-lists.js';
import { decodeAscending, MAX_NUMBER_BYTES, type PostingLists, writeGap } from './posting-lists.js';
import type { Probe } from './probe.js';
import { rankCells } from './ranked-cells.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

/** Parts of a level. The smallest gain is one of them: a passage that was touched is told by its sum. */
const LEVEL_PARTS = 16;

/** A sum's bits that do not count for the order after the first pass. */
const ORDER_SHIFT = 4;

/** Passages that are scored by all their centroids at most, for each one that is wanted. */
const BREADTH = 8;

/** As many are scored at a time: between them it is seen whether any later one can still be among the best. */
const SCORED_TOGETHER = 256;

/**
 * Which passages have rows in which cells: the lists of a generation, what was added since, what is gone. Candidates are
 * found in two passes. The first collects as XTR does (Lee et al. 2023): a passage gets, for each query row, the score of
 * the best probed cell it has a row in, and the score of the first cell not probed where it has none. That is never less
 * than what its centroids give. In this order passages are scored by all of their centroids, until no later one can be
 * among the best of those, which are the candidates.
 */
export class CellIndex {
  readonly tree: CellTree;
  readonly #lists: PostingLists;
  readonly #cells: number;
  readonly #passageCells: PassageCellLists;
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
  // For each ordinal its sum in parts of a level (at 2 x ordinal) and the last query row that added to it (at
  // 2 x ordinal + 1): both are looked up together.
  #sums: Uint32Array;
  #touched: Uint32Array;
  #epoch = 0;

  constructor(tree: CellTree, lists: PostingLists, ids: Float64Array) {
    this.tree = tree;
    this.#lists = lists;
    this.#cells = cellCount(tree);
    this.#passageCells = new PassageCellLists(lists, this.#cells, ids.length);
    this.baseCount = ids.length;
    this.#count = ids.length;
    const room = ids.length + FIRST_DELTA;
    this.#ids = new Float64Array(room);
    this.#ids.set(ids);
    this.#removed = new Uint8Array(room);
    this.#sums = new Uint32Array(2 * room);
    this.#touched = new Uint32Array(room);
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
      this.#touched,
      this.#heads,
      this.#links,
      this.#linkOrdinals,
    ];
    return arrays.reduce((sum, array) => sum + array.byteLength, this.#passageCells.bytes);
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

  /** The most promising passages, in no order. */
  candidates(probe: Probe): number[] {
    let touched = 0;
    let floors = 0;
    for (let row = 0; row < probe.queryRows; row += 1) {
      const { cells, levels, floor } = rankCells(probe.levels, this.#cells, row, probe.cells);
      this.#nextEpoch();
      floors += floor;
      for (let rank = 0; rank < cells.length; rank += 1) {
        const gain = (levels[rank]! - floor) * LEVEL_PARTS + 1;
        touched = this.#collect(cells[rank]!, gain, touched);
      }
    }
    return this.#best(touched, floors, probe);
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

  #collect(cell: number, gain: number, from: number): number {
    const { bytes, offsets } = this.#lists;
    const sums = this.#sums;
    const list = this.#touched;
    const epoch = this.#epoch;
    let touched = from;
    let ordinal = 0;
    for (let at = offsets[cell]!, end = offsets[cell + 1]!; at < end; ) {
      let byte = bytes[at++]!;
      let gap = byte & 127;
      for (let shift = 7; byte >= 128; shift += 7) {
        byte = bytes[at++]!;
        gap |= (byte & 127) << shift;
      }
      ordinal += gap;
      const place = 2 * ordinal;
      if (sums[place + 1] === epoch) continue;
      sums[place + 1] = epoch;
      const sum = sums[place]!;
      if (sum === 0) list[touched++] = ordinal;
      sums[place] = sum + gain;
    }
    for (let link = this.#heads[cell]!; link >= 0; link = this.#links[link]!) {
      ordinal = this.#linkOrdinals[link]!;
      const place = 2 * ordinal;
      if (sums[place + 1] === epoch) continue;
      sums[place + 1] = epoch;
      if (sums[place] === 0) list[touched++] = ordinal;
      sums[place]! += gain;
    }
    return touched;
  }

  #best(touched: number, floors: number, { depth, levels, allows }: Probe): number[] {
    const { ordinals, bounds } = this.#inOrder(touched, depth * BREADTH, allows);
    if (ordinals.length <= depth) return Array.from(ordinals, (ordinal) => this.#ids[ordinal]!);
    const words = new Int32Array(levels.buffer, levels.byteOffset, levels.length / 4);
    const best = new TopRanked(depth);
    const sums = new Uint32Array(SCORED_TOGETHER);
    for (let start = 0; start < ordinals.length; start += SCORED_TOGETHER) {
      if (best.least > floors + bounds[start]! / LEVEL_PARTS) break;
      const some = ordinals.subarray(start, start + SCORED_TOGETHER);
      this.#passageCells.score(some, words, this.#cells, sums);
      for (let at = 0; at < some.length; at += 1) best.add(this.#ids[some[at]!]!, sums[at]!);
    }
    return best.sorted().map(({ passageId }) => passageId);
  }

  // The passages with the highest sums, highest first and the oldest first where they are about equal, with upper bounds
  // of the sums. Clears the sums.
  #inOrder(touched: number, most: number, allows: Probe['allows']): { ordinals: Uint32Array; bounds: Uint32Array } {
    const sums = this.#sums;
    const list = this.#touched;
    let count = 0;
    let highest = 0;
    for (let at = 0; at < touched; at += 1) {
      const ordinal = list[at]!;
      if (this.#removed[ordinal] || (allows && !allows(this.#ids[ordinal]!))) {
        sums[2 * ordinal] = 0;
        continue;
      }
      list[count++] = ordinal;
      if (sums[2 * ordinal]! > highest) highest = sums[2 * ordinal]!;
    }
    // Bin 0 holds the highest sums. [bins + 1] where each bin starts.
    const top = highest >>> ORDER_SHIFT;
    const starts = new Uint32Array(top + 2);
    for (let at = 0; at < count; at += 1) starts[top - (sums[2 * list[at]!]! >>> ORDER_SHIFT) + 1]! += 1;
    for (let bin = 0; bin <= top; bin += 1) starts[bin + 1]! += starts[bin]!;
    // The bin that the last passages come from; all of it is put in order, so that its oldest are taken.
    let last = 0;
    while (last < top && starts[last + 1]! < most) last += 1;
    const ordinals = new Uint32Array(starts[last + 1]!);
    const bounds = new Uint32Array(ordinals.length);
    const next = starts.slice(0, last + 1);
    for (let at = 0; at < count; at += 1) {
      const ordinal = list[at]!;
      const bin = top - (sums[2 * ordinal]! >>> ORDER_SHIFT);
      if (bin <= last) ordinals[next[bin]!++] = ordinal;
      sums[2 * ordinal] = 0;
    }
    for (let bin = 0; bin <= last; bin += 1) {
      ordinals.subarray(starts[bin], starts[bin + 1]).sort();
      bounds.fill((top - bin + 1) << ORDER_SHIFT, starts[bin], starts[bin + 1]);
    }
    return { ordinals: ordinals.subarray(0, most), bounds };
  }

  #nextEpoch(): void {
    if (this.#epoch === 0xffff_ffff) {
      for (let at = 1; at < this.#sums.length; at += 2) this.#sums[at] = 0;
      this.#epoch = 0;
    }
    this.#epoch += 1;
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
    this.#sums = new Uint32Array(2 * room);
    this.#touched = new Uint32Array(room);
    this.#epoch = 0;
  }
}

function widened<T extends Float64Array | Uint8Array | Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
