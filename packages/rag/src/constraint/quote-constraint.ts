import type { TokenConstraint } from '@glot/lfm2';
import { countWords, MINIMUM_QUOTE_WORDS } from '../verification/citation-verification.js';
import { type QuotableBytes, quotableBytes, RUN_END } from './quotable-bytes.js';
import type { TokenTrie } from './token-trie.js';

/** Where a text stands: within a quote, or outside, with the passage number that was written last. */
interface Standing {
  /** Null outside of quotes; else the offsets of the bytes that may come next. */
  readonly places: Uint32Array | null;
  /** Of the last `[n]` before the quote; null where there is none. */
  readonly cited: number | null;
  /** The digits of a number in brackets that is being written; null outside of brackets. */
  readonly digits: string | null;
}

/**
 * Holds a decoder to the passages: whatever it writes between two `"` is a verbatim run of one of them, of passage n
 * where `[n]` was written last. The state is the set of places in the passages that the quote so far may come from; a
 * token is allowed where following its bytes leaves a place over. It works by bytes, so it holds across any cut of the
 * text into tokens.
 */
export class QuoteConstraint implements TokenConstraint {
  readonly #trie: TokenTrie;
  /** As the prompt shows them. */
  readonly #passages: readonly string[];
  readonly #source: QuotableBytes;
  #standing: Standing = { places: null, cited: null, digits: null };
  /** Bytes of the open quote. */
  #quote: number[] = [];
  /** Tokens that hold a mark: only they can open a quote. */
  readonly #marking: readonly number[];
  /** What may follow an opening mark, by the places it opens; asked for once each. */
  readonly #allowedFirst: Map<Uint32Array, readonly number[]>;
  #scratch = new Float32Array(64);

  /**
   * @param passages as the prompt shows them
   * @param from to begin where that one stands, which has the same passages
   */
  constructor(passages: readonly string[], trie: TokenTrie, from?: QuoteConstraint) {
    this.#trie = trie;
    this.#passages = passages;
    if (from === undefined) {
      this.#source = quotableBytes(passages);
      this.#marking = [...trie.bytes.keys()].filter((id) => trie.bytes[id]?.includes(MARK));
      this.#allowedFirst = new Map();
      return;
    }
    this.#source = from.#source;
    this.#marking = from.#marking;
    this.#allowedFirst = from.#allowedFirst;
    this.#standing = from.#standing;
    this.#quote = [...from.#quote];
  }

  get inQuote(): boolean {
    return this.#standing.places !== null;
  }

  /** Sets the logits of all tokens that must not come next to -Infinity. */
  mask(logits: Float32Array): void {
    if (this.#standing.places === null) {
      for (const id of this.#marking) {
        if (this.#follow(this.#trie.bytes[id]!, this.#standing, []) === undefined) logits[id] = -Infinity;
      }
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
    const standing = this.#follow(bytes, this.#standing, this.#quote);
    if (standing === undefined) throw new RangeError(`token ${id} leaves the passages`);
    this.#standing = standing;
  }

  fork(): QuoteConstraint {
    return new QuoteConstraint(this.#passages, this.#trie, this);
  }

  forced(): readonly number[] {
    const ahead = this.fork();
    const ids: number[] = [];
    for (;;) {
      const [id, ...others] = ahead.allowedInQuote();
      if (id === undefined || others.length > 0) return ids;
      ids.push(id);
      ahead.accept(id);
    }
  }

  /** Ids that may come next; only inside of a quote. */
  allowedInQuote(): readonly number[] {
    const { places } = this.#standing;
    if (places === null) return [];
    const known = this.#quote.length === 0 ? this.#allowedFirst.get(places) : undefined;
    if (known !== undefined) return known;
    const allowed: number[] = [];
    this.#collect(0, places, [...this.#quote], allowed);
    if (this.#quote.length === 0) this.#allowedFirst.set(places, allowed);
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
      if (this.#follow(bytes[id]!, this.#standing, [...this.#quote]) !== undefined) allowed.push(id);
    }
    for (let child = firstChild[node]!; child !== 0; child = nextSibling[child]!) this.#collectClosing(child, allowed);
  }

  /**
   * @param quote bytes of the open quote; changed to what they are afterwards
   * @returns where the text stands after the bytes, undefined where they lead out of the passages
   */
  #follow(bytes: Uint8Array, from: Standing, quote: number[]): Standing | undefined {
    const { bytes: source } = this.#source;
    let { places, cited, digits } = from;
    for (const byte of bytes) {
      if (places === null) {
        if (byte === MARK) {
          places = this.#startsIn(cited);
          if (places.length === 0) return undefined;
          quote.length = 0;
          digits = null;
        } else if (byte === OPEN_BRACKET) digits = '';
        else if (byte === CLOSE_BRACKET) {
          if (digits !== null && digits !== '') cited = Number(digits);
          digits = null;
        } else if (digits !== null) digits = byte >= ZERO && byte <= NINE ? digits + String.fromCharCode(byte) : null;
      } else if (byte === MARK) {
        if (!this.#mayClose(places, quote)) return undefined;
        places = null;
      } else {
        places = places.filter((place) => source[place] === byte).map((place) => place + 1);
        if (places.length === 0) return undefined;
        quote.push(byte);
      }
    }
    return { places, cited, digits };
  }

  /** A number that no passage has is rejected later: the quote itself is then of any passage. */
  #startsIn(cited: number | null): Uint32Array {
    const { starts, startsOf } = this.#source;
    return (cited === null ? undefined : startsOf[cited - 1]) ?? starts;
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
const [OPEN_BRACKET, CLOSE_BRACKET, ZERO, NINE] = [0x5b, 0x5d, 0x30, 0x39];
const NO_BYTES = new Uint8Array(0);
