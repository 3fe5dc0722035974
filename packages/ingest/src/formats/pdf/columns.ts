/**
 * Columns that a page draws row by row: rows that all leave the same corridor free, with running text on both sides of it,
 * are read one column after the other. Rows of a table stay rows.
 */
import { type Glyph, isBlank } from './glyph.js';
import { lettersByDirection } from './reading-order.js';
import type { Row } from './rows.js';

/** Narrowest corridor, in font sizes, and fewest rows that must leave it free. */
const CORRIDOR = 0.6;
const FEWEST_ROWS = 4;
/** Furthest distance of rows of one block, in font sizes. */
const FURTHEST = 3;
const MOST_COLUMNS = 6;
/** No page has more rows of one block. */
const MOST_ROWS = 400;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Measured {
  readonly row: Row;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
  readonly gaps: readonly Span[];
}

export function inColumns(rows: readonly Row[], isRightToLeftPage: boolean, depth = 0): Row[] {
  if (rows.length < FEWEST_ROWS || depth === MOST_COLUMNS) return [...rows];
  const measured = rows.map(measure);
  const result: Row[] = [];
  for (let at = 0; at < rows.length; ) {
    const block = blockFrom(measured, at);
    if (block === null) {
      result.push(rows[at++]!);
      continue;
    }
    const middle = (block.corridor.from + block.corridor.to) / 2;
    const [left, right] = [[], []] as [Row[], Row[]];
    for (const { row } of measured.slice(at, block.end)) {
      const [before, after] = split(row, middle);
      if (before.some((glyph) => !isBlank(glyph))) left.push(before);
      if (after.some((glyph) => !isBlank(glyph))) right.push(after);
    }
    for (const column of isRightToLeftPage ? [right, left] : [left, right]) {
      result.push(...inColumns(column, isRightToLeftPage, depth + 1));
    }
    at = block.end;
  }
  return result;
}

function measure(row: Row): Measured {
  const inked = row.filter((glyph) => !isBlank(glyph)).sort((a, b) => a.left - b.left);
  const size = Math.max(...inked.map((glyph) => glyph.size), 1);
  const gaps: Span[] = [];
  let right = inked[0]!.right;
  for (const glyph of inked) {
    if (glyph.left - right > CORRIDOR * size) gaps.push({ from: right, to: glyph.left });
    right = Math.max(right, glyph.right);
  }
  return { row, left: inked[0]!.left, right, baseline: inked[0]!.baseline, size, gaps };
}

/** The longest run of rows from an index on that leave one corridor free and read as columns. */
function blockFrom(rows: readonly Measured[], start: number): { end: number; corridor: Span } | null {
  const first = rows[start]!;
  let best: { end: number; corridor: Span } | null = null;
  for (const gap of first.gaps) {
    let corridor = gap;
    let end = start + 1;
    /** After the last row that has text on both sides. */
    let lastOfBoth = end;
    for (; end < Math.min(rows.length, start + MOST_ROWS); end++) {
      const [above, row] = [rows[end - 1]!, rows[end]!];
      const step = above.baseline - row.baseline;
      if (row.row[0]!.direction !== first.row[0]!.direction || step <= 0 || step > FURTHEST * row.size) break;
      const narrowed = row.gaps.map((other) => common(corridor, other)).find((span) => span !== null);
      if (narrowed != null) {
        corridor = narrowed;
        lastOfBoth = end + 1;
      } else if (row.right > corridor.from + 1 && row.left < corridor.to - 1) break;
    }
    // Of the rows below, those that only go on in one column belong to it.
    const usual = (first.baseline - rows[lastOfBoth - 1]!.baseline) / Math.max(lastOfBoth - 1 - start, 1);
    let until = lastOfBoth;
    while (until < end && rows[until - 1]!.baseline - rows[until]!.baseline < usual * 1.25) until++;
    const block = rows.slice(start, until);
    if (until - start >= FEWEST_ROWS && (best === null || until > best.end) && areColumns(block, corridor)) {
      best = { end: until, corridor };
    }
  }
  return best;
}

function common(a: Span, b: Span): Span | null {
  const span = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return span.to - span.from > 4 ? span : null;
}

/** Both sides hold running text: lines filled with words, which hang together from line to line. */
function areColumns(block: readonly Measured[], { from, to }: Span): boolean {
  const middle = (from + to) / 2;
  const sides = [0, 1].map((side) =>
    block.map(({ row }) => split(row, middle)[side]!).filter((part) => part.some((glyph) => !isBlank(glyph))),
  );
  if (!sides.every((parts) => parts.length >= FEWEST_ROWS - 1 && areFilled(parts))) return false;
  const texts = sides.map((parts) => parts.map(textOf));
  return (
    texts.every((lines) => lines.reduce((sum, text) => sum + wordsIn(text), 0) >= 3 * lines.length) &&
    hangTogether(texts)
  );
}

function areFilled(parts: readonly Row[]): boolean {
  const widths = parts.map(
    (part) => Math.max(...part.map(({ right }) => right)) - Math.min(...part.map(({ left }) => left)),
  );
  const widest = Math.max(...widths);
  return widths.slice(0, -1).filter((width) => width > widest * 0.7).length >= (widths.length - 1) * 0.6;
}

const SENTENCE_END = /[.!?:。！？：؟۔।]["»”’」』)\]]?$/u;
const SENTENCE_WITHIN = /[.!?。！？؟۔।]["»”’」』)\]]?\s*\p{L}/u;

/**
 * Lines of running text begin in the middle of a sentence, in small letters where the script has them. German begins many
 * with capitals, and other scripts have none: there, sentences end within lines
 * or with the last one, not with each.
 */
function hangTogether(columns: readonly (readonly string[])[]): boolean {
  let [small, cased, open, all] = [0, 0, 0, 0];
  for (const lines of columns) {
    for (let at = 1; at < lines.length; at++) {
      all++;
      if (hasCase(lines[at]!)) cased++;
      if (/^\p{Ll}/u.test(lines[at]!)) small++;
      if (!SENTENCE_END.test(lines[at - 1]!)) open++;
    }
  }
  if (cased > all / 2 && small >= all * 0.3) return true;
  const endsWell = columns.every((lines) => SENTENCE_END.test(lines.at(-1)!));
  return open >= all * 0.6 && (endsWell || columns.flat().some((text) => SENTENCE_WITHIN.test(text)));
}

const hasCase = (text: string): boolean => /[\p{Lu}\p{Ll}]/u.test(text);

/** Characters of scripts without spaces count for a third of a word each. */
const wordsIn = (text: string): number =>
  (text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu)?.length ?? 0) / 3 +
  (text.match(/[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]*\p{L}{2}\S*/gu)?.length ?? 0);

/** Roughly: for telling what kind of text it is. */
function textOf(row: Row): string {
  let text = '';
  let last: Glyph | undefined;
  const { rightToLeft, leftToRight } = lettersByDirection(row);
  const sign = rightToLeft > leftToRight ? -1 : 1;
  for (const glyph of [...row].sort((a, b) => (a.left - b.left) * sign)) {
    const gap = last === undefined ? 0 : Math.max(glyph.left - last.right, last.left - glyph.right);
    text += gap > glyph.size * 0.15 && !isBlank(glyph) ? ` ${glyph.text}` : glyph.text;
    last = glyph;
  }
  return text.replace(/\s+/g, ' ').trim();
}

function split(row: Row, at: number): [Row, Row] {
  const isBefore = ({ left, right }: Glyph): boolean => (left + right) / 2 < at;
  return [row.filter(isBefore), row.filter((glyph) => !isBefore(glyph))];
}
