import { segmenter } from '@glot/glot/text';
import wrapAnsi from 'wrap-ansi';
import { colors } from './colors.js';
import { printable } from './printable.js';

export interface ExcerptOptions {
  /** Columns left free on the left. */
  readonly indent: number;
  /** At most this many lines. */
  readonly lines: number;
  /** Width of the terminal. */
  readonly columns: number;
  /** Headings shown elsewhere: left out where the passage begins with them. */
  readonly headings?: readonly string[] | undefined;
}

/** Columns for the dots that stand for what was cut off. */
const DOTS = 2;

const words = segmenter('word');

/**
 * A few lines of a passage: its beginning, unless other lines hold more of the query's words. Those are set in bold.
 * Words are those of `Intl.Segmenter`, so it works without spaces too.
 */
export function excerpt(text: string, query: string, options: ExcerptOptions): string {
  const columns = Math.max(20, options.columns - options.indent - DOTS);
  const body = printable(withoutHeadings(text, options.headings ?? []))
    .replace(/\s+/gu, ' ')
    .trim();
  const lines = wrapAnsi(body, columns, { hard: true }).split('\n');
  const wanted = new Set(tellingWords(query));
  const from = bestStart(lines, wanted, options.lines);
  const shown = lines.slice(from, from + options.lines).map((line) => marked(line, wanted));
  if (from > 0) shown[0] = `… ${shown[0]}`;
  if (from + options.lines < lines.length) shown[shown.length - 1] += ' …';
  return shown.map((line) => ' '.repeat(options.indent) + line).join('\n');
}

/** Where to start so that the lines hold most; the beginning of the passage wins where others hold no more. */
function bestStart(lines: readonly string[], wanted: ReadonlySet<string>, count: number): number {
  const found = lines.map((line) => tellingWords(line).filter((word) => wanted.has(word)));
  let best = 0;
  let bestWeight = -1;
  for (let start = 0; start === 0 || start + count <= lines.length; start++) {
    const distinct = new Set(found.slice(start, start + count).flat());
    let weight = start > 0 && found[start]!.length > 0 ? 0.5 : 0;
    for (const word of distinct) weight += weightOf(word);
    if (weight > bestWeight + (best === 0 && start > 0 ? 0.5 : 0)) [best, bestWeight] = [start, weight];
  }
  return best;
}

/** Long words say more than short ones; a character of a script without spaces about as much as four letters. */
export const weightOf = (word: string): number =>
  /^[\p{ASCII}\p{Script=Latin}]+$/u.test(word) ? word.length : 4 * word.length;

function marked(line: string, wanted: ReadonlySet<string>): string {
  let text = '';
  for (const { segment, isWordLike } of words.segment(line)) {
    text += isWordLike && wanted.has(fold(segment)) ? colors.bold(segment) : segment;
  }
  return text;
}

/** Without one or two letters of an alphabet ("a", "of") and single kana (particles); one ideograph does count. */
export function tellingWords(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    if (!isWordLike || /^[\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(segment)) continue;
    if (segment.length > 2 || /\P{Script=Latin}/u.test(segment)) found.push(fold(segment));
  }
  return found;
}

function fold(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}

/** Leading lines that repeat a heading: `## Title { #anchor }`, a bare title, the line of signs below it. */
function withoutHeadings(text: string, headings: readonly string[]): string {
  const known = headings.map(letters).filter((heading) => heading !== '');
  const lines = text.split('\n');
  let at = 0;
  for (; at < lines.length - 1; at++) {
    const line = letters(lines[at]!);
    const repeats = /^\s*#{1,6}\s/u.test(lines[at]!)
      ? known.some((heading) => line.startsWith(heading))
      : line === '' || known.includes(line);
    if (!repeats) break;
  }
  return lines.slice(at).join('\n');
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}]/gu, '');
