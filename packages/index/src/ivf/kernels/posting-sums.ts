import { Layout } from '@glot/kernels';
import { type ScoreKernel, scoreKernel } from './score-kernel.js';

/** Numbers whose sums stay in the cache of a core while all lists go by. */
const BLOCK = 65_536;

/** Lists that are added at a time. */
const BATCH = 4096;

/** A sum and a contribution hold the number of a row in so many of their lowest bits. */
export const ROW_BITS = 10;

/**
 * Sums over delta-coded lists, as XTR collects its candidates (Lee et al. 2023): a number gets, for each row of a query,
 * the contribution of the first list of that row that it stands in.
 */
export class PostingSums {
  /** All lists: ascending numbers as gaps in LEB128, the first from 0. A copy; not to be changed. */
  readonly bytes: Uint8Array;
  /** [numbers] sums above `ROW_BITS` bits with the last row that added to them. Whoever reads them sets them to 0. */
  readonly sums: Uint32Array;
  readonly #kernel: ScoreKernel;
  /** [4 x BATCH]: where lists go on, where they end, the number before, the contributions. */
  readonly #lists: Uint32Array;
  /** [numbers] */
  readonly #found: Uint32Array;

  /**
   * @param bytes of all lists
   * @param numbers every number of a list is below it
   * @throws GlotError `kernels.out-of-memory`: all has to fit into 4 GiB
   */
  constructor(bytes: Uint8Array, numbers: number) {
    const layout = new Layout();
    // The loop reads two bytes at a time.
    const all = layout.place(bytes.length + 1);
    const lists = layout.place(4 * BATCH * 4);
    const sums = layout.place(numbers * 4);
    const found = layout.place(numbers * 4);
    this.#kernel = scoreKernel(layout.bytes);
    const { memory } = this.#kernel;
    this.bytes = new Uint8Array(memory, all, bytes.length);
    this.bytes.set(bytes);
    this.#lists = new Uint32Array(memory, lists, 4 * BATCH);
    this.sums = new Uint32Array(memory, sums, numbers);
    this.#found = new Uint32Array(memory, found, numbers);
  }

  get byteLength(): number {
    return this.#kernel.memory.byteLength;
  }

  /**
   * @param starts [n] where each list starts in `bytes`; the lists of a row follow each other
   * @param ends [n]
   * @param contributions [n] what a list adds, above `ROW_BITS` bits, with its row, from 1 on
   */
  add(starts: Uint32Array, ends: Uint32Array, contributions: Uint32Array): void {
    const room = this.#lists;
    const part = (at: number) => room.byteOffset + at * BATCH * 4;
    for (let first = 0; first < starts.length; first += BATCH) {
      const count = Math.min(BATCH, starts.length - first);
      for (let at = 0; at < count; at += 1) {
        room[at] = this.bytes.byteOffset + starts[first + at]!;
        room[BATCH + at] = this.bytes.byteOffset + ends[first + at]!;
      }
      room.fill(0, 2 * BATCH, 2 * BATCH + count);
      room.set(contributions.subarray(first, first + count), 3 * BATCH);
      const { byteOffset, length } = this.sums;
      this.#kernel.addSteps(part(0), part(1), part(2), part(3), count, byteOffset, length, BLOCK);
    }
  }

  /** Numbers whose sum, with its row, is `floor` or more and not 0, ascending; to be read before the next call. */
  numbersFrom(floor: number): Uint32Array {
    const { byteOffset, length } = this.sums;
    return this.#found.subarray(
      0,
      this.#kernel.atLeast(byteOffset, length, Math.max(1, floor), this.#found.byteOffset),
    );
  }
}
