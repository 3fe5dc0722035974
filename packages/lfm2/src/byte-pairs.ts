import { GenerationalCache } from './generational-cache.js';

/** Longer pieces are left to the library: the search for the next merge looks at every pair. */
const MAX_PIECE_BYTES = 4096;

/** Pieces that are remembered; those of a corpus in a dozen languages repeat some twenty times. */
const PIECES_KEPT = 65_536;

const NEVER = 0x7fffffff;

export interface BytePairModel {
  /** Token as the vocabulary spells it, a character a byte, to its id. */
  readonly vocab: Readonly<Record<string, number>>;
  /** First merges first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Whether a piece that is a token itself is not merged from its bytes. */
  readonly ignoreMerges: boolean;
}

/**
 * Byte-level BPE over ids: of two neighbors that can be merged, those of the earliest merge are, the leftmost first.
 * The same as the library does it, but without a string for every pair that is looked up.
 */
export class BytePairs {
  /** [256]: id of each byte. */
  readonly #bytes: Int32Array;
  /** Open addressing over pairs of ids. */
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #rank: Int32Array;
  /** [merges]: id of what comes of each. */
  readonly #merged: Int32Array;
  readonly #whole: ReadonlyMap<string, number> | null;
  readonly #cache = new GenerationalCache<string, readonly number[]>(PIECES_KEPT);
  readonly #buffer = Buffer.alloc(MAX_PIECE_BYTES);
  readonly #ids = new Int32Array(MAX_PIECE_BYTES);
  readonly #ranks = new Int32Array(MAX_PIECE_BYTES);

  /** Null where a byte, or what a merge makes, is no token: what then comes is the library's affair. */
  static of({ vocab, merges, ignoreMerges }: BytePairModel): BytePairs | null {
    const known = new Map(Object.entries(vocab));
    const bytes = Int32Array.from(byteCharacters(), (character) => known.get(character) ?? -1);
    const pairs = merges.map(([left, right]) => [known.get(left), known.get(right), known.get(left + right)]);
    if (bytes.includes(-1) || pairs.some((ids) => ids.includes(undefined))) return null;
    return new BytePairs(bytes, pairs as [number, number, number][], ignoreMerges ? known : null);
  }

  private constructor(
    bytes: Int32Array,
    pairs: readonly [left: number, right: number, merged: number][],
    whole: ReadonlyMap<string, number> | null,
  ) {
    this.#bytes = bytes;
    this.#whole = whole;
    const size = 2 ** Math.ceil(Math.log2(2 * pairs.length + 2));
    this.#left = new Int32Array(size).fill(-1);
    this.#right = new Int32Array(size);
    this.#rank = new Int32Array(size);
    this.#merged = Int32Array.from(pairs, ([, , merged]) => merged);
    pairs.forEach(([left, right], rank) => {
      const slot = this.#slot(left, right);
      this.#left[slot] = left;
      this.#right[slot] = right;
      this.#rank[slot] = rank;
    });
  }

  /** Ids of one piece of the pre-tokenizer; null for one that is too long. */
  ids(piece: string): readonly number[] | null {
    const known = this.#cache.get(piece);
    if (known !== undefined) return known;
    if (piece.length * 3 > MAX_PIECE_BYTES) return null;
    const buffer = this.#buffer;
    const length = buffer.write(piece);
    const ids = this.#merge(length);
    // A piece cut out of a text would keep the text in memory.
    this.#cache.set(buffer.toString('utf8', 0, length), ids);
    return ids;
  }

  #merge(length: number): readonly number[] {
    const [ids, ranks, buffer] = [this.#ids, this.#ranks, this.#buffer];
    if (this.#whole !== null) {
      const characters = byteCharacters();
      const id = this.#whole.get(Array.from(buffer.subarray(0, length), (byte) => characters[byte]).join(''));
      if (id !== undefined) return [id];
    }
    let count = length;
    for (let at = 0; at < count; at += 1) ids[at] = this.#bytes[buffer[at]!]!;
    for (let at = 0; at + 1 < count; at += 1) ranks[at] = this.#rankOf(ids[at]!, ids[at + 1]!);
    for (;;) {
      let best = NEVER;
      let first = 0;
      for (let at = 0; at + 1 < count; at += 1) {
        if (ranks[at]! < best) {
          best = ranks[at]!;
          first = at;
        }
      }
      if (best === NEVER) break;
      ids[first] = this.#merged[best]!;
      count -= 1;
      for (let at = first + 1; at < count; at += 1) {
        ids[at] = ids[at + 1]!;
        ranks[at - 1] = ranks[at]!;
      }
      if (first > 0) ranks[first - 1] = this.#rankOf(ids[first - 1]!, ids[first]!);
      if (first + 1 < count) ranks[first] = this.#rankOf(ids[first]!, ids[first + 1]!);
    }
    return Array.from(ids.subarray(0, count));
  }

  #rankOf(left: number, right: number): number {
    const slot = this.#slot(left, right);
    return this.#left[slot] === -1 ? NEVER : this.#rank[slot]!;
  }

  /** Where the pair stands, or would. */
  #slot(left: number, right: number): number {
    const mask = this.#left.length - 1;
    let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 7;
    for (slot &= mask; this.#left[slot] !== -1; slot = (slot + 1) & mask) {
      if (this.#left[slot] === left && this.#right[slot] === right) break;
    }
    return slot;
  }
}

let characters: readonly string[] | null = null;

/** [256]: what byte-level vocabularies write for each byte: itself where it can be seen, else a character from U+0100 on. */
function byteCharacters(): readonly string[] {
  let hidden = 0x100;
  characters ??= Array.from({ length: 256 }, (_, byte) => {
    const isVisible = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
    return String.fromCharCode(isVisible ? byte : hidden++);
  });
  return characters;
}
