import type { TextSpan } from './document-parts.js';
import { segmenter } from './segmenter.js';

const graphemes = segmenter('grapheme');
const words = segmenter('word');

const LETTER = /[\p{L}\p{N}]/u;

/** A single one of these is a syllable, a word or a number: no sign of being spelled out. */
const TELLING_ALONE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{N}]/u;

/**
 * The share of a text's letters that a tokenizer does not read: they fall to bytes, or to tokens of one letter within a
 * word. Such letters have vectors, but not for what words mean. What is cut off at the end of a text is not counted. Null
 * where nothing is known of the tokens.
 * @param spans of the tokens: those of one grapheme share its span, null for tokens that stand for no piece of the text
 */
export function unreadShare(text: string, spans: readonly (TextSpan | null)[]): number | null {
  const tokens = new Uint16Array(text.length);
  const isAlone = new Uint8Array(text.length);
  let known = 0;
  let readTo = 0;
  for (const span of spans) {
    if (span === null) continue;
    known += 1;
    readTo = Math.max(readTo, span.end);
    for (let at = span.start; at < span.end; at += 1) tokens[at]! += 1;
    isAlone[span.start] = isOneGrapheme(text.slice(span.start, span.end)) ? 1 : 0;
  }
  if (known === 0) return null;
  let letters = 0;
  let unread = 0;
  for (const { segment, index, isWordLike } of words.segment(text)) {
    if (!isWordLike) continue;
    const isOneLetter = isOneGrapheme(segment);
    for (const grapheme of graphemes.segment(segment)) {
      if (!LETTER.test(grapheme.segment)) continue;
      const at = index + grapheme.index;
      if (at >= readTo) break;
      const isSpelledOut = isAlone[at] === 1 && !isOneLetter && !TELLING_ALONE.test(grapheme.segment);
      letters += 1;
      if (tokens[at] !== 1 || isSpelledOut) unread += 1;
    }
  }
  return letters === 0 ? 0 : unread / letters;
}

function isOneGrapheme(text: string): boolean {
  const [first, more] = graphemes.segment(text);
  return first !== undefined && more === undefined;
}
