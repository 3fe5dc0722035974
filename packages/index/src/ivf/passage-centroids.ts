import { CentroidMaxSim } from '@glot/kernels';
import { type PostingLists, postingCounts, writeCellsOf } from './posting-lists.js';

/** Room for the cells of this many later passages at first, and cells for each. */
const FIRST_DELTA = 1024;
const CELLS_EACH = 32;

/** Cells of one piece: 2 GB, since a piece must fit into 4. */
const PIECE_CELLS = 2 ** 30;

/** Passages whose ordinals follow each other. */
interface Piece {
  readonly first: number;
  /** How many passages are in it. */
  count: number;
  readonly lists: CentroidMaxSim;
}

/**
 * The cells of each passage, by ordinal: the posting lists the other way round. With them a passage is scored by its
 * centroids alone, without a look at its vectors.
 */
export class PassageCellLists {
  readonly #cellTotal: number;
  /** Of the lists it was made of, in the order of the ordinals. */
  readonly #base: readonly Piece[];
  #later: Piece;

  /**
   * @param passages whose ordinals stand in the lists
   * @param pieceCells cells of one piece at most, but for a passage that has more
   */
  constructor(postings: PostingLists, cellTotal: number, passages: number, pieceCells: number = PIECE_CELLS) {
    this.#cellTotal = cellTotal;
    const sizes = postingCounts(postings, passages);
    this.#base = piecesOf(sizes, cellTotal, pieceCells);
    // Where the next cell of each passage goes, within its piece.
    const next = sizes;
    for (const { first, count, lists } of this.#base) {
      next.set(lists.starts.subarray(0, count), first);
      writeCellsOf(postings, next, lists.centroids, first, first + count);
    }
    this.#later = this.#room(passages, FIRST_DELTA, FIRST_DELTA * CELLS_EACH);
  }

  get bytes(): number {
    return this.#base.reduce((sum, { lists }) => sum + lists.bytes, this.#later.lists.bytes);
  }

  /** The cells of the next ordinal. */
  append(cells: Uint32Array): void {
    const start = this.#later.lists.starts[this.#later.count]!;
    this.#widen(start + cells.length);
    const later = this.#later;
    later.lists.centroids.set(cells, start);
    later.count += 1;
    later.lists.starts[later.count] = start + cells.length;
  }

  /**
   * MaxSim of passages whose rows are replaced by their centroids.
   * @param ordinals [n]
   * @param levels [queryRows / 16 x cells x 16], as packed products come
   * @returns [n]
   */
  score(ordinals: Uint32Array, levels: Uint8Array): Uint32Array {
    const scores = new Uint32Array(ordinals.length);
    for (const { first, count, lists } of [...this.#base, this.#later]) {
      const places: number[] = [];
      for (let at = 0; at < ordinals.length; at += 1) {
        if (ordinals[at]! >= first && ordinals[at]! < first + count) places.push(at);
      }
      if (places.length === 0) continue;
      const own = lists.score(
        Uint32Array.from(places, (at) => ordinals[at]! - first),
        levels,
      );
      for (let at = 0; at < places.length; at += 1) scores[places[at]!] = own[at]!;
    }
    return scores;
  }

  #widen(cells: number): void {
    const { first, count, lists } = this.#later;
    const texts = lists.starts.length - 1;
    const entries = lists.centroids.length;
    if (count < texts && cells <= entries) return;
    const wider = this.#room(
      first,
      count < texts ? texts : 2 * texts,
      cells <= entries ? entries : Math.max(cells, 2 * entries),
    );
    wider.lists.starts.set(lists.starts.subarray(0, count + 1));
    wider.lists.centroids.set(lists.centroids.subarray(0, lists.starts[count]!));
    wider.count = count;
    this.#later = wider;
  }

  #room(first: number, texts: number, entries: number): Piece {
    return { first, count: 0, lists: new CentroidMaxSim({ texts, entries, centroidTotal: this.#cellTotal }) };
  }
}

// With the starts of each passage's cells.
function piecesOf(sizes: Uint32Array, centroidTotal: number, pieceCells: number): Piece[] {
  const pieces: Piece[] = [];
  for (let first = 0; first < sizes.length; ) {
    let entries = sizes[first]!;
    let end = first + 1;
    while (end < sizes.length && entries + sizes[end]! <= pieceCells) entries += sizes[end++]!;
    const lists = new CentroidMaxSim({ texts: end - first, entries, centroidTotal });
    for (let at = first; at < end; at += 1) lists.starts[at - first + 1] = lists.starts[at - first]! + sizes[at]!;
    pieces.push({ first, count: end - first, lists });
    first = end;
  }
  return pieces;
}
