import { PostingSums, ROW_BITS } from './kernels/posting-sums.js';
import type { PostingLists } from './posting-lists.js';

/** Room for this many later passages at first. */
const FIRST_DELTA = 1024;

const ROW_MASK = (1 << ROW_BITS) - 1;

/** A sum's bits that do not count for the order. */
const ORDER_SHIFT = 4;
const ORDER_ROUNDING = (1 << ORDER_SHIFT) - 1;

/** One sum in so many is looked at for a guess. */
const SAMPLE = 32;

/** The partitions that a query looks into. */
export interface ProbedPartitions {
  /** [n]; the partitions of a row follow each other, the best first. */
  readonly partitions: Uint32Array;
  /** [n] what a passage of the partition gains above `ROW_BITS` bits, with the number of the row, from 1 on. */
  readonly contributions: Uint32Array;
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

/** Passages and their sums with rows, ascending by ordinal. */
interface Reaching {
  readonly ordinals: readonly number[];
  readonly words: readonly number[];
}

/**
 * Which passages, by ordinal, have rows in which partitions, as delta-coded lists and, for later ones, as a chain for each
 * partition; and the first pass of a search, which adds up what passages gain by the partitions that were probed.
 */
export class ScoreAccumulator {
  readonly #offsets: Float64Array;
  readonly #base: PostingSums;
  readonly #baseCount: number;
  // Later passages: for each partition a chain of ordinals, the last one first.
  readonly #heads: Int32Array;
  #links: Int32Array = new Int32Array(FIRST_DELTA);
  #linkOrdinals: Uint32Array = new Uint32Array(FIRST_DELTA);
  #linkCount = 0;
  // [later passages] as those of the base: all 0 between searches.
  #laterSums: Uint32Array = new Uint32Array(FIRST_DELTA);
  #count: number;

  /** @param passages whose ordinals stand in the lists */
  constructor(lists: PostingLists, centroidTotal: number, passages: number) {
    this.#offsets = lists.offsets;
    this.#base = new PostingSums(lists.bytes, passages);
    this.#baseCount = passages;
    this.#count = passages;
    this.#heads = new Int32Array(centroidTotal).fill(-1);
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

  /** The distinct partitions of the next ordinal. */
  append(partitions: Uint32Array): void {
    const ordinal = this.#count++;
    const later = ordinal - this.#baseCount;
    if (later === this.#laterSums.length) this.#laterSums = new Uint32Array(2 * later);
    if (this.#linkCount + partitions.length > this.#links.length) {
      const room = 2 * (this.#linkCount + partitions.length);
      this.#links = widened(this.#links, new Int32Array(room));
      this.#linkOrdinals = widened(this.#linkOrdinals, new Uint32Array(room));
    }
    for (const partition of partitions) {
      const link = this.#linkCount++;
      this.#linkOrdinals[link] = ordinal;
      this.#links[link] = this.#heads[partition]!;
      this.#heads[partition] = link;
    }
  }

  /** Later ordinals of a partition, ascending. */
  laterOf(partition: number): number[] {
    const later: number[] = [];
    for (let link = this.#heads[partition]!; link >= 0; link = this.#links[link]!)
      later.push(this.#linkOrdinals[link]!);
    return later.reverse();
  }

  /** At most so many ordinals, those with the highest sums first, the oldest first where they are about equal. */
  highest(probed: ProbedPartitions, most: number, findable: Findable): Uint32Array {
    try {
      this.#collect(probed);
      return this.#highestOf(probed.highest, most, findable);
    } finally {
      this.#base.sums.fill(0);
      this.#laterSums.fill(0);
    }
  }

  #highestOf(highest: number, most: number, findable: Findable): Uint32Array {
    const reaching = this.#reachingOf(highest, most, findable);
    const sizes = new Uint32Array(binOf(highest << ROW_BITS) + 1);
    for (const word of reaching.words) sizes[binOf(word)]! += 1;
    // Where the next passage of each bin goes: the highest bin comes first.
    const next = new Uint32Array(sizes.length);
    for (let bin = sizes.length - 1, start = 0; bin >= 0; bin -= 1) {
      next[bin] = start;
      start += sizes[bin]!;
    }
    const ordinals = new Uint32Array(reaching.words.length);
    for (let at = 0; at < ordinals.length; at += 1)
      ordinals[next[binOf(reaching.words[at]!)]!++] = reaching.ordinals[at]!;
    return ordinals.subarray(0, most);
  }

  // At least as many of those with the highest sums as are wanted, or all, ascending. From a sample it is guessed which
  // sums these are; a guess that leaves too few is given up for a lower one.
  #reachingOf(highest: number, most: number, findable: Findable): Reaching {
    const { sums } = this.#base;
    const sizes = new Uint32Array(binOf(highest << ROW_BITS) + 1);
    for (let at = 0; at < sums.length; at += SAMPLE) {
      if (sums[at] !== 0 && canBeFound(findable, at)) sizes[binOf(sums[at]!)]! += 1;
    }
    let bin = sizes.length;
    for (let wanted = Math.ceil((most / SAMPLE) * 1.25) + SAMPLE, sampled = 0; ; wanted *= 4) {
      do sampled += sizes[--bin]!;
      while (bin > 1 && sampled < wanted);
      const reaching = this.#reaching(bin <= 1 ? 1 : leastOf(bin), findable);
      if (bin <= 1 || reaching.words.length >= most) return reaching;
    }
  }

  #reaching(floor: number, findable: Findable): Reaching {
    const ordinals: number[] = [];
    const words: number[] = [];
    const { sums } = this.#base;
    for (const ordinal of this.#base.numbersFrom(floor)) {
      if (!canBeFound(findable, ordinal)) continue;
      ordinals.push(ordinal);
      words.push(sums[ordinal]!);
    }
    for (let ordinal = this.#baseCount; ordinal < this.#count; ordinal += 1) {
      const word = this.#laterSums[ordinal - this.#baseCount]!;
      if (word === 0 || word < floor || !canBeFound(findable, ordinal)) continue;
      ordinals.push(ordinal);
      words.push(word);
    }
    return { ordinals, words };
  }

  // Adds to each passage, for each query row, the contribution of the first list of the row that it stands in.
  #collect({ partitions, contributions }: ProbedPartitions): void {
    const offsets = this.#offsets;
    this.#base.add(
      Uint32Array.from(partitions, (partition) => offsets[partition]!),
      Uint32Array.from(partitions, (partition) => offsets[partition + 1]!),
      contributions,
    );
    const sums = this.#laterSums;
    for (let list = 0; list < partitions.length; list += 1) {
      const row = contributions[list]! & ROW_MASK;
      for (let link = this.#heads[partitions[list]!]!; link >= 0; link = this.#links[link]!) {
        const at = this.#linkOrdinals[link]! - this.#baseCount;
        const word = sums[at]!;
        if ((word & ROW_MASK) !== row) sums[at] = (word & ~ROW_MASK) + contributions[list]!;
      }
    }
  }
}

function canBeFound({ removed, allows }: Findable, ordinal: number): boolean {
  return !removed[ordinal] && (!allows || allows(ordinal));
}

/** Of a word; 0 for one without a sum. */
function binOf(word: number): number {
  return ((word >>> ROW_BITS) + ORDER_ROUNDING) >>> ORDER_SHIFT;
}

/** The least word of a bin above 0. */
function leastOf(bin: number): number {
  return ((bin << ORDER_SHIFT) - ORDER_ROUNDING) << ROW_BITS;
}

function widened<T extends Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
