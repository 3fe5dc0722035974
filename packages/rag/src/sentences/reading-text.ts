/**
 * A stretch of a document as one reads it: on one line and, in Markdown, without inline markup. Never used to verify.
 * @module
 */

/** Markdown's inline markup, with what is left of it. Order matters: images before links. */
const INLINE_MARKUP: readonly (readonly [RegExp, string])[] = [
  [/!?\[\[(?:[^[\]|]+\|)?([^[\]|]+)\]\]/gu, '$1'],
  [/!\[([^\]]*)\]\([^)]*\)/gu, '$1'],
  [/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])(?:\{[^}]*\})?/gu, '$1'],
  [/<\/?[a-z][^<>]*>/giu, ''],
  [/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/gu, '$2'],
  // The other half of a pair that a sentence's end has parted.
  [/^\s*(?:\*\*|__)|(?:\*\*|__)\s*$/gu, ''],
  [/(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\p{L}\p{N}*])/gu, '$1'],
];

const LINE_START_MARKS = /[\r\n\u2028\u2029]+\s*(?:>\s?)*/gu;
const NO_BLANK_SCRIPTS =
  '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]';
/** A line break between letters of scripts without blanks stands for nothing. */
const BREAK_WITHOUT_BLANK = new RegExp(`(?<=${NO_BLANK_SCRIPTS})\\s*[\\r\\n]+\\s*(?=${NO_BLANK_SCRIPTS})`, 'gu');

/** Folds white space and takes inline markup out where the format has any. */
export function readingText(text: string, format: string): string {
  let reading = text;
  if (format === 'markdown') {
    reading = reading.replace(LINE_START_MARKS, '\n');
    for (const [pattern, replacement] of INLINE_MARKUP) reading = reading.replace(pattern, replacement);
  }
  return reading
    .replace(/\u00AD(?:\s*[\r\n]\s*)?/gu, '')
    .replace(BREAK_WITHOUT_BLANK, '')
    .replace(/\s+/gu, ' ')
    .trim();
}
