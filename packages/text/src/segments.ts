/**
 * Sentence, word and grapheme boundaries by `Intl.Segmenter`, as end offsets into the given text.
 * V8 takes time proportional to the whole text for each segment, so long texts are segmented window by window.
 * @module
 */

import { segmenter } from './segmenter.js';

const WINDOW_LENGTH = 1_000;

/** Ends of sentences. Line ends inside the text do not end a sentence: the text is one paragraph, perhaps wrapped. */
export function sentenceEnds(text: string, lang: string | null): number[] {
  const unwrapped = text.replace(/[\r\n\u0085\u2028\u2029\v\f]/g, ' ');
  return segmentsOf(unwrapped, segmenter('sentence', lang)).map(({ end }) => end);
}

/** Ends of stretches that may be parted: a word takes along the spaces and punctuation that follow it. */
export function wordEnds(text: string, lang: string | null): number[] {
  const words = segmentsOf(text, segmenter('word', lang)).filter(({ start, isWord }) => isWord && start > 0);
  return [...words.map(({ start }) => start), text.length];
}

export function graphemeEnds(text: string): number[] {
  return segmentsOf(text, segmenter('grapheme')).map(({ end }) => end);
}

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly isWord: boolean;
}

/** The last segment of a window may go on behind it, so the next window starts with it; one without end widens it. */
function segmentsOf(text: string, by: Intl.Segmenter): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  let size = WINDOW_LENGTH;
  while (from < text.length) {
    const to = windowEnd(text, from + size);
    const before = segments.length;
    for (const { index, segment, isWordLike } of by.segment(text.slice(from, to))) {
      const start = from + index;
      segments.push({ start, end: start + segment.length, isWord: isWordLike === true });
    }
    if (to < text.length) segments.pop();
    if (segments.length > before) {
      from = segments[segments.length - 1]!.end;
      size = WINDOW_LENGTH;
    } else {
      size *= 4;
    }
  }
  return segments;
}

/** Never between the halves of a surrogate pair. */
function windowEnd(text: string, wanted: number): number {
  if (wanted >= text.length) return text.length;
  const code = text.charCodeAt(wanted);
  return code >= 0xdc00 && code <= 0xdfff ? wanted + 1 : wanted;
}
