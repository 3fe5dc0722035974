import wrapAnsi from 'wrap-ansi';
import { colors } from './colors.js';

export interface ExcerptOptions {
  /** Columns left free on the left. */
  readonly indent: number;
  /** At most this many lines. */
  readonly lines: number;
  /** Terminal width; default that of stdout, at most 100. */
  readonly columns?: number;
}

const words = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * A few lines of a passage: from the line of the first word shared with the query, or from the beginning, with the
 * shared words set in bold. Words are those of `Intl.Segmenter`, so it works without spaces too.
 */
export function excerpt(text: string, query: string, options: ExcerptOptions): string {
  const columns = Math.max(20, (options.columns ?? Math.min(process.stdout.columns ?? 100, 100)) - options.indent);
  const wanted = new Set(wordsOf(query));
  let marked = '';
  for (const { segment, isWordLike } of words.segment(text.replace(/\s+/gu, ' '))) {
    marked += isWordLike && wanted.has(fold(segment)) ? colors.bold(segment) : segment;
  }
  const lines = wrapAnsi(marked, columns, { hard: true }).split('\n');
  const from = Math.max(
    0,
    Math.min(
      lines.findIndex((line) => wordsOf(line).some((word) => wanted.has(word))),
      lines.length - options.lines,
    ),
  );
  const shown = lines.slice(from, from + options.lines);
  if (from > 0) shown[0] = `… ${shown[0]}`;
  if (from + options.lines < lines.length) shown[shown.length - 1] += ' …';
  return shown.map((line) => ' '.repeat(options.indent) + line).join('\n');
}

function wordsOf(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    // One-letter words of alphabets ("a", "o") say nothing; one ideograph does.
    if (isWordLike && (segment.length > 2 || /\P{Script=Latin}/u.test(segment))) found.push(fold(segment));
  }
  return found;
}

function fold(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}
