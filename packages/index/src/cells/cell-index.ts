import type { CellTree } from './cell-tree.js';
import { cellCount } from './cell-tree.js';
import { decodeAscending, MAX_NUMBER_BYTES, type PostingLists, writeGap } from './posting-lists.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

/** Bins of the histogram that finds the score of the last candidate. */
const BINS = 4096;

export interface Probe {
  /** Products [cells x width] of centroids and query rows. */
  readonly scores: Float32Array;
  readonly width: number;
  readonly queryRows: number;
  /** Cells per query row. */
  readonly cells: number;
  /** Candidates at most. */
  readonly depth: number;
  /** Whether a passage may be found at all; null for every one. */
  readonly allows: ((passageId: number) => boolean) | null;
}

/**
 * Which passages have rows in which cells: the lists of a generation, what was added since, what is gone. Candidates are
 * collected as in XTR: a passage gets, for each query row, the score of the best probed cell it has a row in, and the
 * score of the first cell not probed where it has none.
 */
export class CellIndex {
  readonly tree: CellTree;
  readonly #lists: PostingLists;
  readonly #cells: number;
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
  #sums: Float32Array;
  #stamps: Uint32Array;
  #touched: Uint32Array;
  #epoch = 0;

  constructor(tree: CellTree, lists: PostingLists, ids: Float64Array) {
    this.tree = tree;
    this.#lists = lists;
    this.#cells = cellCount(tree);
    this.baseCount = ids.length;
    this.#count = ids.length;
    const room = ids.length + FIRST_DELTA;
    this.#ids = new Float64Array(room);
    this.#ids.set(ids);
    this.#removed = new Uint8Array(room);
    this.#sums = new Float32Array(room);
    this.#stamps = new Uint32Array(room);
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
    return [
      tree.centroids,
      tree.coarse,
      this.#lists.bytes,
      this.#lists.offsets,
      this.#ids,
      this.#removed,
      this.#sums,
      this.#stamps,
      this.#touched,
      this.#heads,
      this.#links,
      this.#linkOrdinals,
    ].reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** @param passageId above every one so far; @param cells distinct */
  add(passageId: number, cells: Uint32Array): void {
    if (this.#count === this.#ids.length) this.#grow();
    const ordinal = this.#count++;
    this.#ids[ordinal] = passageId;
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
    const { cells, scores } = rankCells(probe, this.#cells);
    const kept = Math.min(probe.cells, this.#cells);
    const step = kept + 1;
    let touched = 0;
    for (let query = 0; query < probe.queryRows; query += 1) {
      if (this.#epoch === 0xffff_ffff) {
        this.#stamps.fill(0);
        this.#epoch = 0;
      }
      this.#epoch += 1;
      const floor = scores[query * step + kept]!;
      for (let rank = 0; rank < kept; rank += 1) {
        const cell = cells[query * step + rank]!;
        // Never nothing: a touched passage is told by its sum.
        const gain = Math.max(scores[query * step + rank]! - (floor > -Infinity ? floor : -1), 1e-6);
        touched = this.#collect(cell, gain, touched);
      }
    }
    return this.#best(touched, probe);
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
    const stamps = this.#stamps;
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
      if (stamps[ordinal] === epoch) continue;
      stamps[ordinal] = epoch;
      const sum = sums[ordinal]!;
      if (sum === 0) list[touched++] = ordinal;
      sums[ordinal] = sum + gain;
    }
    for (let link = this.#heads[cell]!; link >= 0; link = this.#links[link]!) {
      ordinal = this.#linkOrdinals[link]!;
      if (stamps[ordinal] === epoch) continue;
      stamps[ordinal] = epoch;
      if (sums[ordinal] === 0) list[touched++] = ordinal;
      sums[ordinal]! += gain;
    }
    return touched;
  }

  #best(touched: number, { depth, allows }: Probe): number[] {
    const sums = this.#sums;
    const list = this.#touched;
    let count = 0;
    let most = 0;
    for (let at = 0; at < touched; at += 1) {
      const ordinal = list[at]!;
      if (this.#removed[ordinal] || (allows && !allows(this.#ids[ordinal]!))) {
        sums[ordinal] = 0;
        continue;
      }
      list[count++] = ordinal;
      if (sums[ordinal]! > most) most = sums[ordinal]!;
    }
    const ids: number[] = [];
    const least = count <= depth ? 0 : this.#binOf(depth, count, most);
    // Passages of the last bin come last and only while there is room: the oldest of them, for the same answer each time.
    const edge: number[] = [];
    for (let at = 0; at < count; at += 1) {
      const ordinal = list[at]!;
      const bin = Math.floor((sums[ordinal]! / most) * (BINS - 1));
      sums[ordinal] = 0;
      if (bin > least || count <= depth) ids.push(this.#ids[ordinal]!);
      else if (bin === least) edge.push(this.#ids[ordinal]!);
    }
    edge.sort((a, b) => a - b);
    return ids.concat(edge.slice(0, Math.max(0, depth - ids.length)));
  }

  // The bin in which the best `depth` end.
  #binOf(depth: number, count: number, most: number): number {
    const bins = new Uint32Array(BINS);
    for (let at = 0; at < count; at += 1) {
      bins[Math.floor((this.#sums[this.#touched[at]!]! / most) * (BINS - 1))]! += 1;
    }
    let above = 0;
    for (let bin = BINS - 1; bin >= 0; bin -= 1) {
      above += bins[bin]!;
      if (above >= depth) return bin;
    }
    return 0;
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
    this.#sums = new Float32Array(room);
    this.#stamps = new Uint32Array(room);
    this.#touched = new Uint32Array(room);
    this.#epoch = 0;
  }
}

function widened<T extends Float64Array | Uint8Array | Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}

// Per query row the best cells, best first, and one more whose score is the floor: [queryRows x (cells + 1)].
function rankCells({ scores, width, queryRows, cells }: Probe, cellTotal: number) {
  const kept = Math.min(cells, cellTotal);
  const step = kept + 1;
  const rankedCells = new Uint32Array(queryRows * step);
  const rankedScores = new Float32Array(queryRows * step).fill(-Infinity);
  for (let cell = 0; cell < cellTotal; cell += 1) {
    for (let query = 0, from = cell * width; query < queryRows; query += 1) {
      const score = scores[from + query]!;
      let at = query * step + kept;
      if (score <= rankedScores[at]!) continue;
      for (const first = query * step; at > first && rankedScores[at - 1]! < score; at -= 1) {
        rankedScores[at] = rankedScores[at - 1]!;
        rankedCells[at] = rankedCells[at - 1]!;
      }
      rankedScores[at] = score;
      rankedCells[at] = cell;
    }
  }
  return { cells: rankedCells, scores: rankedScores };
}
