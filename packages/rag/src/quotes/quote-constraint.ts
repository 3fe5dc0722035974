import { countWords, MINIMUM_QUOTE_WORDS } from '../citation-verification.js';
import { type QuotableBytes, quotableBytes, RUN_END } from './quotable-bytes.js';
import type { TokenTrie } from './token-trie.js';

/**
 * Holds a decoder to the passages: whatever it writes between two `"` is a verbatim run of one of them. The state is
 * the set of places in the passages that the quote so far may come from; a token is allowed where following its bytes
 * leaves a place over. It works by bytes, so it holds across any cut of the text into tokens.
 */
export class QuoteConstraint {
  readonly #trie: TokenTrie;
  readonly #source: QuotableBytes;
  /** Null outside of quotes; else the offsets of the bytes that may come next. */
  #places: Uint32Array | null = null;
  /** Bytes of the open quote. */
  #quote: number[] = [];
  /** Tokens that must not come outside of quotes, and those that may open one: the same at every step. */
  readonly #forbiddenOutside: Uint32Array;
  /** What may follow an opening mark; null until it was asked for. */
  #allowedFirst: readonly number[] | null = null;
  #scratch = new Float32Array(64);

  /** @param passages as the prompt shows them */
  constructor(passages: readonly string[], trie: TokenTrie) {
    this.#trie = trie;
    this.#source = quotableBytes(passages);
    const forbidden: number[] = [];
    trie.bytes.forEach((bytes, id) => {
      if (bytes?.includes(MARK) && this.#follow(bytes, null, []) === undefined) forbidden.push(id);
    });
    this.#forbiddenOutside = Uint32Array.from(forbidden);
  }

  get inQuote(): boolean {
    return this.#places !== null;
  }

  /** Sets the logits of all tokens that must not come next to -Infinity. */
  mask(logits: Float32Array): void {
    if (this.#places === null) {
      for (const id of this.#forbiddenOutside) logits[id] = -Infinity;
      return;
    }
    const allowed = this.allowedInQuote();
    if (allowed.length > this.#scratch.length) this.#scratch = new Float32Array(allowed.length * 2);
    allowed.forEach((id, i) => {
      this.#scratch[i] = logits[id]!;
    });
    logits.fill(-Infinity);
    allowed.forEach((id, i) => {
      logits[id] = this.#scratch[i]!;
    });
  }

  /** Takes note of the token that was chosen: one that `mask` left. */
  accept(id: number): void {
    const bytes = this.#trie.bytes[id] ?? NO_BYTES;
    const places = this.#follow(bytes, this.#places, this.#quote);
    if (places === undefined) throw new RangeError(`token ${id} leaves the passages`);
    this.#places = places;
  }

  /** Ids that may come next; only inside of a quote. */
  allowedInQuote(): readonly number[] {
    if (this.#places === null) return [];
    const opened = this.#places === this.#source.starts;
    if (opened && this.#allowedFirst !== null) return this.#allowedFirst;
    const allowed: number[] = [];
    this.#collect(0, this.#places, [...this.#quote], allowed);
    if (opened) this.#allowedFirst = allowed;
    return allowed;
  }

  /**
   * Walks trie and places together: the work shrinks with the places.
   * @param quote bytes of the open quote up to this node; as before on return
   */
  #collect(node: number, places: Uint32Array, quote: number[], allowed: number[]): void {
    const { firstChild, nextSibling, byte, tokenOffsets, tokens } = this.#trie;
    if (firstChild[node] === 0) return;
    const buckets = new Map<number, number[]>();
    for (const place of places) {
      const value = this.#source.bytes[place]!;
      const bucket = buckets.get(value);
      if (bucket === undefined) buckets.set(value, [place + 1]);
      else bucket.push(place + 1);
    }
    for (let child = firstChild[node]!; child !== 0; child = nextSibling[child]!) {
      const value = byte[child]!;
      if (value === MARK) {
        if (this.#mayClose(places, quote)) this.#collectClosing(child, allowed);
        continue;
      }
      const next = buckets.get(value);
      if (next === undefined) continue;
      for (let i = tokenOffsets[child]!; i < tokenOffsets[child + 1]!; i++) allowed.push(tokens[i]!);
      quote.push(value);
      this.#collect(child, Uint32Array.from(next), quote, allowed);
      quote.pop();
    }
  }

  /** Tokens that close the quote are few: each is followed from its beginning, for what comes after the mark. */
  #collectClosing(node: number, allowed: number[]): void {
    const { firstChild, nextSibling, tokenOffsets, tokens, bytes } = this.#trie;
    for (let i = tokenOffsets[node]!; i < tokenOffsets[node + 1]!; i++) {
      const id = tokens[i]!;
      if (this.#follow(bytes[id]!, this.#places, [...this.#quote]) !== undefined) allowed.push(id);
    }
    for (let child = firstChild[node]!; child !== 0; child = nextSibling[child]!) this.#collectClosing(child, allowed);
  }

  /**
   * @param quote bytes of the open quote; changed to what they are afterwards
   * @returns the places after the bytes, null outside of a quote, undefined where they lead out of the passages
   */
  #follow(bytes: Uint8Array, from: Uint32Array | null, quote: number[]): Uint32Array | null | undefined {
    const { bytes: source, starts } = this.#source;
    let places = from;
    for (const byte of bytes) {
      if (places === null) {
        if (byte !== MARK) continue;
        if (starts.length === 0) return undefined;
        places = starts;
        quote.length = 0;
      } else if (byte === MARK) {
        if (!this.#mayClose(places, quote)) return undefined;
        places = null;
      } else {
        places = places.filter((place) => source[place] === byte).map((place) => place + 1);
        if (places.length === 0) return undefined;
        quote.push(byte);
      }
    }
    return places;
  }

  /** At a word's end, with enough words; where nothing else can follow, in any case. */
  #mayClose(places: Uint32Array, quote: readonly number[]): boolean {
    const { bytes, ends } = this.#source;
    if (places.every((place) => bytes[place] === RUN_END)) return true;
    if (!places.some((place) => ends[place] === 1)) return false;
    return countWords(new TextDecoder().decode(Uint8Array.from(quote))) >= MINIMUM_QUOTE_WORDS;
  }
}

/** `"` */
const MARK = 0x22;
const NO_BYTES = new Uint8Array(0);
