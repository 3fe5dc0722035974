/** Rows of glyphs -> lines of text in the order they are read, with a place and a size. */
import { isUnspaced, spacingOf } from './blanks.js';
import { type Direction, type Glyph, isBlank, OBLIQUE } from './glyph.js';
import { withoutKashida } from './kashida.js';
import { composed } from './letters.js';
import { inReadingOrder, isRightToLeft, lettersByDirection, type Placed } from './reading-order.js';
import { type Row, rowsOf } from './rows.js';

export interface PdfLine {
  readonly text: string;
  /** Along the line's own axes, in points: where it starts and ends, and the distance of its baseline from the origin. */
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  /** Font size, of most of the line's characters. */
  readonly size: number;
  readonly direction: Direction;
}

/** @param isRightToLeftPage whether the text around the lines runs from right to left */
export const linesOf = (glyphs: readonly Glyph[], isRightToLeftPage: boolean): PdfLine[] =>
  rowsOf(glyphs).flatMap((row) => lineOf(row, isRightToLeftPage) ?? []);

export function lineOf(row: Row, isRightToLeftPage: boolean): PdfLine | undefined {
  const text = composed(read(row, isRightToLeftPage).replace(/\s+/g, ' ').trim());
  if (text === '') return undefined;
  const inked = row.filter((glyph) => !isBlank(glyph));
  const main = mostOf(inked);
  return {
    text,
    left: Math.min(...inked.map(({ left }) => left)),
    right: Math.max(...inked.map(({ right }) => right)),
    baseline: main.baseline,
    size: main.size,
    direction: main.direction,
  };
}

/** A glyph of the size that most of the row's characters have. */
function mostOf(inked: readonly Glyph[]): Glyph {
  const lengths = new Map<number, number>();
  for (const { size, text } of inked) {
    const rounded = Math.round(size * 2);
    lengths.set(rounded, (lengths.get(rounded) ?? 0) + text.length);
  }
  const usual = Array.from(lengths).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return inked.find(({ size }) => Math.round(size * 2) === usual)!;
}

/** Soft hyphens within a line are hyphens that the font misnames; at its end they are what they say, seen or not. */
const read = (row: Row, isRightToLeftPage: boolean): string =>
  textOf(row, isRightToLeftPage)
    .replace(/\u00ad[-\u2010](?=\s*$)/, '\u00ad')
    .replace(/\u00ad(?!\s*$)/g, '-');

function textOf(row: Row, isRightToLeftPage: boolean): string {
  const { rightToLeft, leftToRight } = lettersByDirection(row);
  if (rightToLeft === 0 && !(isRightToLeftPage && endsAtLeft(row))) {
    const inked = leftToRightOrder(row.filter((glyph) => !isBlank(glyph)));
    return join(parted(inked, row.filter(isBlank)));
  }
  const inked = withoutKashida(leftToRightSeen(withMarks(row.filter((glyph) => !isBlank(glyph)))));
  // The blank at the end of a line that was broken may lie anywhere.
  const blanks = row.filter((blank) => isBlank(blank) && !inked.some((glyph) => covers(glyph, blank)));
  const placed = parted(inked, blanks, drawnApart(row));
  return join(inReadingOrder(placed, isRightToLeftPage || rightToLeft > leftToRight));
}

const join = (placed: readonly Placed[]): string => placed.map(({ text }) => text).join('');

/** Letters set down at one place (a ligature in two glyphs) keep the order that the other letters show. */
function leftToRightSeen(inked: readonly Glyph[]): Glyph[] {
  const letters = inked.filter(({ text }) => isRightToLeft(text));
  const steps = letters.slice(1).map((glyph, at) => Math.sign(glyph.left - letters[at]!.left));
  const isReadingOrder = steps.reduce((sum, step) => sum + step, 0) <= 0;
  const places = new Map(inked.map((glyph, at) => [glyph, isReadingOrder ? -at : at]));
  const result = [...inked].sort((a, b) => penOf(a) - penOf(b));
  for (let at = 1; at < result.length; at++) {
    const [a, b] = [result[at - 1]!, result[at]!];
    const isOnePlace = b.left - a.left < b.size * 0.06 && a.run === b.run;
    if (isOnePlace && isRightToLeft(a.text) && isRightToLeft(b.text) && places.get(a)! > places.get(b)!) {
      result[at - 1] = b;
      result[at] = a;
    }
  }
  return result;
}

const covers = (glyph: Glyph, blank: Glyph): boolean =>
  Math.min(glyph.right, blank.right) - Math.max(glyph.left, blank.left) > (blank.right - blank.left) * 0.8;

/** Where the pen set the glyph down. Joiners have no width to see: they are set down before the next letter. */
const penOf = ({ text, left, size }: Glyph): number => (/^\p{Cf}+$/u.test(text) ? left - size * 0.02 : left);

/** A line of other writing that its full stop shows to be part of right-to-left text. */
function endsAtLeft(row: Row): boolean {
  const inked = row.filter((glyph) => !isBlank(glyph)).sort((a, b) => a.left - b.left);
  const isEnd = (glyph: Glyph | undefined): boolean => /^[.,:;!?،؛؟]$/.test(glyph?.text ?? '');
  return isEnd(inked[0]) && !isEnd(inked.at(-1));
}

/** As drawn, unless the pen went back over whole words (leaders of a contents): accents are drawn out of order. */
function leftToRightOrder(inked: readonly Glyph[]): Glyph[] {
  if (inked[0]?.direction === OBLIQUE) return [...inked];
  const words: Glyph[][] = [];
  let furthest = Number.NEGATIVE_INFINITY;
  let goesBack = false;
  for (const glyph of inked) {
    const back = furthest - glyph.left;
    const jumps = back > glyph.size || (back > glyph.size * 0.3 && glyph.right <= (words.at(-1)?.[0]?.left ?? 0));
    if (words.length === 0 || jumps || -back > glyph.size * 2) words.push([glyph]);
    else words.at(-1)!.push(glyph);
    goesBack ||= jumps;
    furthest = jumps ? glyph.right : Math.max(furthest, glyph.right);
  }
  if (!goesBack) return [...inked];
  return words.sort((a, b) => a[0]!.left - b[0]!.left).flat();
}

/** Glyphs with a blank wherever the file has one or the eye sees one. */
function parted(inked: readonly Glyph[], blanks: readonly Glyph[], apart?: ReadonlySet<string>): Placed[] {
  const spacing = spacingOf(inked, blanks);
  const ordered = [...blanks].sort((a, b) => a.left - b.left);
  const result: Placed[] = [];
  let furthest: Glyph | undefined;
  for (const glyph of inked) {
    if (furthest !== undefined) {
      const hasBlank = apart?.has(pairOf(result.at(-1)!, glyph)) || holds(ordered, furthest, penOf(glyph));
      if (spacing.isParted(furthest, glyph, hasBlank))
        result.push({ text: ' ', left: furthest.right, right: glyph.left });
    }
    result.push(glyph);
    if (furthest === undefined || glyph.right > furthest.right || glyph.left > furthest.right) furthest = glyph;
  }
  return result;
}

/**
 * Glyphs that follow each other with a blank between them as they are drawn: where the long last letter of a word lies over
 * the blank behind it, its place does not tell.
 */
function drawnApart(row: Row): Set<string> {
  const pairs = new Set<string>();
  let last: Glyph | undefined;
  let blank: Glyph | undefined;
  for (const glyph of row) {
    if (isBlank(glyph)) blank = glyph;
    else {
      if (last !== undefined && blank !== undefined) {
        const [left, right] = last.left < glyph.left ? [last, glyph] : [glyph, last];
        const isBetween = blank.left >= left.left && blank.right <= right.right;
        if (isBetween && isRightToLeft(left.text) && isRightToLeft(right.text)) pairs.add(pairOf(left, right));
      }
      last = glyph;
      blank = undefined;
    }
  }
  return pairs;
}

const pairOf = (left: Placed, right: Placed): string => `${left.left} ${right.left}`;

/** Whether a blank is set down between two glyphs; one that the next glyph is set down upon, or a wide one covers, is none. */
function holds(blanks: readonly Glyph[], before: Glyph, to: number): boolean {
  const from = penOf(before) + before.size * 0.05;
  let low = 0;
  let high = blanks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (blanks[middle]!.left <= from) low = middle + 1;
    else high = middle;
  }
  const blank = blanks[low];
  if (blank === undefined || to < blank.left + (blank.right - blank.left) * 0.3) return false;
  return blank.right > before.right || !isUnspaced(before.text);
}

/** Vowel signs drawn by themselves go to the letter they hang over. */
function withMarks(inked: readonly Glyph[]): Glyph[] {
  const bases = inked.filter(({ text }) => !isMark(text));
  if (bases.length === inked.length || bases.length === 0) return bases.length === 0 ? [...inked] : bases;
  const result = [...bases];
  const ordered = bases.map((base, at) => ({ base, at })).filter(({ base }) => isRightToLeft(base.text));
  for (const mark of inked) {
    if (!isMark(mark.text)) continue;
    const middle = (mark.left + mark.right) / 2;
    let nearest: { at: number; away: number } | undefined;
    for (const { base, at } of ordered) {
      const away =
        Math.max(base.left - middle, middle - base.right, 0) + Math.abs(base.baseline - mark.baseline) * 0.01;
      if (nearest === undefined || away < nearest.away) nearest = { at, away };
    }
    if (nearest === undefined) continue;
    const base = result[nearest.at]!;
    result[nearest.at] = { ...base, text: insertMark(base, middle, mark.text.trim()) };
  }
  return result;
}

const isMark = (text: string): boolean => /^\s*\p{Mn}+\s*$/u.test(text);

/** After the letter at the mark's place, all letters taken as equally wide. */
function insertMark(base: Glyph, middle: number, mark: string): string {
  const clusters = base.text.match(/\P{Mn}\p{Mn}*/gu) ?? [base.text];
  const share = (base.right - middle) / Math.max(base.right - base.left, 1e-6);
  clusters[Math.min(clusters.length - 1, Math.max(0, Math.floor(share * clusters.length)))] += mark;
  return clusters.join('');
}
