/**
 * Text folded for comparison: NFKC, invisible format characters dropped, white space runs folded to one blank and
 * dropped altogether beside scripts that write without blanks. Every UTF-16 unit of the folded text knows the stretch
 * of the original it came from.
 * @module
 */

export interface FoldedText {
  readonly text: string;
  /** [text.length]: original offset where the stretch that made this unit starts. */
  readonly starts: Uint32Array;
  /** [text.length]: original offset where that stretch ends (exclusive). */
  readonly ends: Uint32Array;
}

/** Code points that may change what stands before them under NFKC: marks, trailing Hangul jamo, a Kirat Rai vowel. */
const COMBINES_BACKWARD = /^[\p{M}\u1160-\u11FF\u{16D67}]/u;

/** Layout hints that are no part of the wording: soft hyphen, zero-width space, word joiner, bidi marks, BOM. */
const INVISIBLE = /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/gu;

const INVISIBLE_ONE = new RegExp(INVISIBLE.source, 'u');

const WHITE_SPACE = /\s/u;

/** Scripts written without blanks between words, and the punctuation they share (by script extensions). */
const NO_BLANKS =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

const SOFT_HYPHEN = '\u00AD';

/** Whether NFKC of the text before the code point and of the text from it on can be taken apart. */
const boundaryCache = new Map<number, boolean>();
export function isNormalizationBoundary(codePoint: number): boolean {
  if (codePoint < 0x80) return true;
  let boundary = boundaryCache.get(codePoint);
  if (boundary === undefined) {
    boundary = !COMBINES_BACKWARD.test(String.fromCodePoint(codePoint).normalize('NFKD'));
    boundaryCache.set(codePoint, boundary);
  }
  return boundary;
}

/** Folds a text; takes time and memory proportional to its length. */
export function foldText(original: string): FoldedText {
  const builder = new FoldBuilder(original.length);
  for (let start = 0; start < original.length; ) {
    const end = segmentEnd(original, start);
    const segment = original.slice(start, end);
    builder.add(segment.replace(INVISIBLE, '').normalize('NFKC'), start, end);
    start = end;
    if (segment === SOFT_HYPHEN) start = skipLineBreak(original, start);
  }
  return builder.finish();
}

/** End of the shortest stretch from `start` that NFKC treats apart from what follows; format characters inside do not end it. */
function segmentEnd(text: string, start: number): number {
  let end = start + unitsAt(text, start);
  for (let next = end; next < text.length; ) {
    const codePoint = text.codePointAt(next)!;
    next += codePoint > 0xffff ? 2 : 1;
    if (!isNormalizationBoundary(codePoint)) end = next;
    else if (!INVISIBLE_ONE.test(String.fromCodePoint(codePoint))) break;
  }
  return end;
}

/** A soft hyphen before a line break is where a word was broken: the break goes with it. */
function skipLineBreak(text: string, start: number): number {
  let end = start;
  while (end < text.length && WHITE_SPACE.test(text[end]!)) end++;
  return /[\n\r\u2028\u2029]/.test(text.slice(start, end)) ? end : start;
}

class FoldBuilder {
  #text = '';
  #starts: Uint32Array;
  #ends: Uint32Array;
  #length = 0;
  #last = '';
  /** A white space run not yet written: whether it becomes a blank depends on what follows. */
  #pending: { start: number; end: number } | null = null;

  constructor(capacity: number) {
    this.#starts = new Uint32Array(capacity + 16);
    this.#ends = new Uint32Array(capacity + 16);
  }

  add(folded: string, start: number, end: number): void {
    for (let at = 0; at < folded.length; ) {
      const units = unitsAt(folded, at);
      const character = folded.slice(at, at + units);
      if (WHITE_SPACE.test(character)) {
        this.#pending = { start: this.#pending?.start ?? start, end };
      } else {
        this.#writePending(character);
        this.#write(character, start, end);
      }
      at += units;
    }
  }

  finish(): FoldedText {
    return {
      text: this.#text,
      starts: this.#starts.subarray(0, this.#length),
      ends: this.#ends.subarray(0, this.#length),
    };
  }

  /** White space at either edge of the text is dropped too. */
  #writePending(next: string): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    if (this.#length === 0 || NO_BLANKS.test(next) || NO_BLANKS.test(this.#last)) return;
    this.#write(' ', pending.start, pending.end);
  }

  #write(character: string, start: number, end: number): void {
    if (this.#length + character.length > this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    this.#text += character;
    this.#last = character;
    for (let unit = 0; unit < character.length; unit++) {
      this.#starts[this.#length] = start;
      this.#ends[this.#length] = end;
      this.#length++;
    }
  }
}

/** NFKC expands one code point to at most 18. */
function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2 + 32);
  larger.set(array);
  return larger;
}

function unitsAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}
