import { eachPosting, type PostingLists } from './posting-lists.js';

/** Room for the cells of this many later passages at first. */
const FIRST_DELTA = 1024;

/** Cells are kept as 16-bit numbers. */
export const MOST_CELLS = 65_536;

/**
 * The cells of each passage, by ordinal: the posting lists the other way round. With them a passage is scored by its
 * centroids alone, without a look at its vectors.
 */
export class PassageCellLists {
  /** [passages + 1] */
  readonly #starts: Uint32Array;
  readonly #cells: Uint16Array;
  readonly #base: number;
  // What was appended.
  #laterStarts: Uint32Array = new Uint32Array(FIRST_DELTA + 1);
  #laterCells: Uint16Array = new Uint16Array(FIRST_DELTA * 32);
  #later = 0;

  /** @param passages whose ordinals stand in the lists */
  constructor(lists: PostingLists, cellCount: number, passages: number) {
    this.#base = passages;
    const starts = new Uint32Array(passages + 1);
    eachPosting(lists, cellCount, (_, ordinal) => {
      starts[ordinal + 1]! += 1;
    });
    for (let ordinal = 0; ordinal < passages; ordinal += 1) starts[ordinal + 1]! += starts[ordinal]!;
    const cells = new Uint16Array(starts[passages]!);
    const next = starts.slice(0, passages);
    eachPosting(lists, cellCount, (cell, ordinal) => {
      cells[next[ordinal]!++] = cell;
    });
    this.#starts = starts;
    this.#cells = cells;
  }

  get bytes(): number {
    return (
      this.#starts.byteLength + this.#cells.byteLength + this.#laterStarts.byteLength + this.#laterCells.byteLength
    );
  }

  /** The cells of the next ordinal. */
  append(cells: Uint32Array): void {
    const end = this.#laterStarts[this.#later]! + cells.length;
    if (this.#later + 2 > this.#laterStarts.length) this.#laterStarts = doubled(this.#laterStarts, this.#later + 2);
    if (end > this.#laterCells.length) this.#laterCells = doubled(this.#laterCells, end);
    this.#laterCells.set(cells, end - cells.length);
    this.#later += 1;
    this.#laterStarts[this.#later] = end;
  }

  /**
   * MaxSim of passages whose rows are replaced by their centroids: the sum over query rows of the best product of one of
   * its cells (the centroid interaction of PLAID, Santhanam et al. 2022).
   * @param ordinals [n]
   * @param words [queryRows / 4 x cellTotal], four levels each, as packed products come
   * @param into [n] at least
   */
  score(ordinals: Uint32Array, words: Int32Array, cellTotal: number, into: Uint32Array): void {
    into.fill(0, 0, ordinals.length);
    // Four rows of the query at a time, so that the words that are looked up lie close together.
    for (let start = 0; start < words.length; start += cellTotal) {
      const some = words.subarray(start, start + cellTotal);
      for (let at = 0; at < ordinals.length; at += 1) {
        const ordinal = ordinals[at]!;
        into[at]! +=
          ordinal < this.#base
            ? sumOfBest(this.#cells, this.#starts, ordinal, some)
            : sumOfBest(this.#laterCells, this.#laterStarts, ordinal - this.#base, some);
      }
    }
  }
}

// The greatest level of each of the four bytes over the cells, added up. Four comparisons in one subtraction: with its
// top bit set, a byte keeps it where it is not less than the other, and nothing is borrowed from the next byte.
function sumOfBest(cells: Uint16Array, starts: Uint32Array, place: number, words: Int32Array): number {
  let best = 0;
  for (let at = starts[place]!, end = starts[place + 1]!; at < end; at += 1) {
    const word = words[cells[at]!]!;
    const notLess = ((word | 0x8080_8080) - best) & 0x8080_8080;
    const mask = (notLess >>> 7) * 127;
    best = (word & mask) | (best & ~mask);
  }
  return (best & 127) + ((best >>> 8) & 127) + ((best >>> 16) & 127) + (best >>> 24);
}

function doubled<T extends Uint32Array | Uint16Array>(array: T, least: number): T {
  const wider = new (array.constructor as new (length: number) => T)(Math.max(2 * array.length, least));
  wider.set(array);
  return wider;
}
