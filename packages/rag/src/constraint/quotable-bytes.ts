import { segmenter } from '@glot/text';
import { countWords, MINIMUM_QUOTE_WORDS } from '../verification/citation-verification.js';

/**
 * The packed passages as bytes, and where a quote may begin and end: at word boundaries, with enough words to prove
 * something ahead. White space counts as one blank, as verification folds it; a quotation mark ends a run.
 */
export interface QuotableBytes {
  /** UTF-8 of all runs; `RUN_END` after each. */
  readonly bytes: Uint16Array;
  /** Offsets where a quote may begin, in any passage, and in each one. */
  readonly starts: Uint32Array;
  readonly startsOf: readonly Uint32Array[];
  /** [bytes]: 1 where a quote may end before that byte. */
  readonly ends: Uint8Array;
}

/** No byte. */
export const RUN_END = 256;

const words = segmenter('word');
const encoder = new TextEncoder();

export function quotableBytes(passages: readonly string[]): QuotableBytes {
  const bytes: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const firsts: number[] = [];
  for (const passage of passages) {
    firsts.push(starts.length);
    for (const run of passage.replace(/\s+/gu, ' ').split('"')) {
      const segments = [...words.segment(run)];
      let ahead = countWords(run);
      for (const { segment, isWordLike } of segments) {
        if (isWordLike && ahead >= MINIMUM_QUOTE_WORDS) starts.push(bytes.length);
        if (isWordLike) ahead--;
        ends.push(bytes.length);
        for (const byte of encoder.encode(segment)) bytes.push(byte);
      }
      ends.push(bytes.length);
      bytes.push(RUN_END);
    }
  }
  const mayEnd = new Uint8Array(bytes.length);
  for (const at of ends) mayEnd[at] = 1;
  const all = Uint32Array.from(starts);
  const startsOf = firsts.map((first, i) => all.subarray(first, firsts[i + 1] ?? all.length));
  return { bytes: Uint16Array.from(bytes), starts: all, startsOf, ends: mayEnd };
}
