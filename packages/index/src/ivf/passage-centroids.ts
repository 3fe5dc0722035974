import { CentroidMaxSim } from './kernels/centroid-max-sim.js';
import { type PostingLists, postingCounts, writePartitionsOf } from './posting-lists.js';

/** Room for the partitions of this many later passages at first, and partitions for each. */
const FIRST_DELTA = 1024;
const PARTITIONS_EACH = 32;

/** Partitions of one piece: 2 GB, since a piece must fit into 4. */
const PIECE_PARTITIONS = 2 ** 30;

/** Passages whose ordinals follow each other. */
interface Piece {
  readonly first: number;
  /** How many passages are in it. */
  count: number;
  readonly lists: CentroidMaxSim;
}

/**
 * The partitions of each passage, by ordinal: the posting lists the other way round. With them a passage is scored by its
 * centroids alone, without a look at its vectors.
 */
export class PassageCentroids {
  readonly #centroidTotal: number;
  /** Of the lists it was made of, in the order of the ordinals. */
  readonly #base: readonly Piece[];
  #later: Piece;

  /**
   * @param passages whose ordinals stand in the lists
   * @param piecePartitions partitions of one piece at most, but for a passage that has more
   */
  constructor(
    postings: PostingLists,
    centroidTotal: number,
    passages: number,
    piecePartitions: number = PIECE_PARTITIONS,
  ) {
    this.#centroidTotal = centroidTotal;
    const sizes = postingCounts(postings, passages);
    this.#base = piecesOf(sizes, centroidTotal, piecePartitions);
    // Where the next partition of each passage goes, within its piece.
    const next = sizes;
    for (const { first, count, lists } of this.#base) {
      next.set(lists.starts.subarray(0, count), first);
      writePartitionsOf(postings, next, lists.centroids, first, first + count);
    }
    this.#later = this.#room(passages, FIRST_DELTA, FIRST_DELTA * PARTITIONS_EACH);
  }

  get bytes(): number {
    return this.#base.reduce((sum, { lists }) => sum + lists.bytes, this.#later.lists.bytes);
  }

  /** The partitions of the next ordinal. */
  append(partitions: Uint32Array): void {
    const start = this.#later.lists.starts[this.#later.count]!;
    this.#widen(start + partitions.length);
    const later = this.#later;
    later.lists.centroids.set(partitions, start);
    later.count += 1;
    later.lists.starts[later.count] = start + partitions.length;
  }

  /**
   * MaxSim of passages whose rows are replaced by their centroids.
   * @param ordinals [n]
   * @param centroidScores [queryRows / 16 x partitions x 16], as `CentroidScorer` gives them
   * @returns [n]
   */
  score(ordinals: Uint32Array, centroidScores: Uint8Array): Uint32Array {
    const scores = new Uint32Array(ordinals.length);
    for (const { first, count, lists } of [...this.#base, this.#later]) {
      const places: number[] = [];
      for (let at = 0; at < ordinals.length; at += 1) {
        if (ordinals[at]! >= first && ordinals[at]! < first + count) places.push(at);
      }
      if (places.length === 0) continue;
      const own = lists.score(
        Uint32Array.from(places, (at) => ordinals[at]! - first),
        centroidScores,
      );
      for (let at = 0; at < places.length; at += 1) scores[places[at]!] = own[at]!;
    }
    return scores;
  }

  #widen(partitions: number): void {
    const { first, count, lists } = this.#later;
    const texts = lists.starts.length - 1;
    const entries = lists.centroids.length;
    if (count < texts && partitions <= entries) return;
    const wider = this.#room(
      first,
      count < texts ? texts : 2 * texts,
      partitions <= entries ? entries : Math.max(partitions, 2 * entries),
    );
    wider.lists.starts.set(lists.starts.subarray(0, count + 1));
    wider.lists.centroids.set(lists.centroids.subarray(0, lists.starts[count]!));
    wider.count = count;
    this.#later = wider;
  }

  #room(first: number, texts: number, entries: number): Piece {
    return { first, count: 0, lists: new CentroidMaxSim({ texts, entries, centroidTotal: this.#centroidTotal }) };
  }
}

// With the starts of each passage's partitions.
function piecesOf(sizes: Uint32Array, centroidTotal: number, piecePartitions: number): Piece[] {
  const pieces: Piece[] = [];
  for (let first = 0; first < sizes.length; ) {
    let entries = sizes[first]!;
    let end = first + 1;
    while (end < sizes.length && entries + sizes[end]! <= piecePartitions) entries += sizes[end++]!;
    const lists = new CentroidMaxSim({ texts: end - first, entries, centroidTotal });
    for (let at = first; at < end; at += 1) lists.starts[at - first + 1] = lists.starts[at - first]! + sizes[at]!;
    pieces.push({ first, count: end - first, lists });
    first = end;
  }
  return pieces;
}
