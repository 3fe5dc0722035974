/**
 * The sentences of a stretch of a document that could stand in an answer, as spans of its text.
 * @module
 */

import { type BlockSpan, segmenter, type TextSpan } from '@glot/text';
import { countWords, MINIMUM_QUOTE_WORDS } from '../verification/citation-verification.js';
import { readingText } from './reading-text.js';
import { proseBlocks } from './text-blocks.js';

export interface QuotableSentence {
  /** UTF-16 offsets in the document's text. */
  readonly start: number;
  readonly end: number;
  /** For reading and for encoding: white space folded, inline markup taken out. */
  readonly text: string;
  /** Ends like a sentence, or is in a script that does not mark ends. */
  readonly complete: boolean;
}

export interface SentenceSource {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly format: string;
  /** Of the document, where its format writes markup into the text; offsets are those of `text`. */
  readonly blocks?: readonly BlockSpan[] | undefined;
  readonly lang: string | null;
}

const TERMINATED = /[.!?…。．！？｡؟۔।॥]["'”’»›」』）)\]*_`]*$/u;
/** Scripts that separate sentences by a blank, if at all. */
const UNMARKED_ENDS = /[\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}]$/u;
/** `J.`, `z.`, `Dr.`, `Mme.`: a full stop after it ends no sentence; one after `Uhr` or `Tag` does. */
const ENDS_ABBREVIATED =
  /(?:^|[\s(])(?:\p{L}|Abb|Abs|Art|Bd|Col|Dr|Dra|Fig|Fr|Ft|Gen|Hr|Hrn|Jr|Lt|Mlle|Mme|Mr|Mrs|Ms|Mt|No|Nr|Ph|Prof|Rev|Sen|Sr|Sra|St|Ste|Vol|Vgl|vgl|ca|bzw|cf|ed|pp|vs)\.\s*$/u;
const STARTS_LOWER = /^[\s"'“‘«(]*\p{Ll}/u;
/** A bracket that the segmenter left at the end of the sentence before the one it opens. */
const TRAILING_OPENER = /[\p{Ps}\p{Pi}]+\s*$/u;

/** Sentences in reading order; too short ones are left out. */
export function quotableSentences(source: SentenceSource): QuotableSentence[] {
  const sentences: QuotableSentence[] = [];
  for (const block of proseBlocks(source.text, source.start, source.end, source.blocks)) {
    const text = source.text.slice(block.start, block.end);
    for (const span of sentenceSpans(text, source.lang)) {
      const { end } = span;
      const marks = source.format === 'markdown' ? STRAY_MARKS.exec(text.slice(span.start, end)) : null;
      const start = span.start + (marks?.[0].length ?? 0);
      const reading = readingText(text.slice(start, end), source.format);
      if (countWords(reading) < MINIMUM_QUOTE_WORDS) continue;
      sentences.push({
        start: block.start + start,
        end: block.start + end,
        text: reading,
        complete: TERMINATED.test(reading) || UNMARKED_ENDS.test(reading),
      });
    }
  }
  return sentences;
}

/** Where emphasis ends before a sentence begins, its marks are no part of it. */
const STRAY_MARKS = /^(?:\*\*|__)\s+/u;

/** Trimmed spans; a line break inside a block does not end a sentence, nor does an abbreviation. */
export function sentenceSpans(block: string, lang: string | null): TextSpan[] {
  const oneLine = block.replace(/[\r\n\u2028\u2029]/gu, ' ');
  const spans: TextSpan[] = [];
  let start = 0;
  for (const { segment, index } of segmenter('sentence', lang).segment(oneLine)) {
    const end = index + segment.length;
    const next = oneLine.slice(end, end + 8);
    if (end < oneLine.length && (STARTS_LOWER.test(next) || ENDS_ABBREVIATED.test(oneLine.slice(start, end)))) continue;
    const opener = end < oneLine.length ? (TRAILING_OPENER.exec(oneLine.slice(start, end))?.[0].length ?? 0) : 0;
    const trimmed = trimSpan(oneLine, start, end - opener);
    if (trimmed.start < trimmed.end) spans.push(trimmed);
    start = end - opener;
  }
  return spans;
}

function trimSpan(text: string, start: number, end: number): TextSpan {
  const piece = text.slice(start, end);
  const left = piece.length - piece.trimStart().length;
  return { start: start + left, end: Math.max(start + left, start + piece.trimEnd().length) };
}
