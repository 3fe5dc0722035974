/** Glyphs of a page, as it draws them -> rows: glyphs that follow each other on one baseline. */
import { asVertical, type Glyph, isBlank, OBLIQUE, VERTICAL } from './glyph.js';

/** Glyphs as drawn; at least one is inked. */
export type Row = readonly Glyph[];

/** No line that is read holds more; work on a row may grow with the square of it. */
const MOST_IN_ROW = 5_000;

export function rowsOf(glyphs: readonly Glyph[]): Row[] {
  const rows: Glyph[][] = [];
  let open: Glyph[] = [];
  let left = 0;
  let right = 0;
  let last: Glyph | undefined;
  for (const glyph of uprightColumns(glyphs)) {
    if (last === undefined || open.length === MOST_IN_ROW || startsRow(last, glyph, left, right)) {
      // Blanks that nothing stands behind part nothing.
      if (isBlank(glyph)) continue;
      open = [];
      rows.push(open);
      left = glyph.left;
      right = glyph.right;
    }
    open.push(glyph);
    if (isBlank(glyph)) continue;
    left = Math.min(left, glyph.left);
    right = Math.max(right, glyph.right);
    last = glyph;
  }
  return rows;
}

function startsRow(last: Glyph, next: Glyph, left: number, right: number): boolean {
  if (last.direction !== next.direction) return true;
  const size = Math.max(last.size, next.size, 1);
  const away = Math.abs(last.baseline - next.baseline);
  if (next.direction === OBLIQUE) return away > size * 0.3;
  if (away > size * 0.8) return true;
  const smaller = Math.max(Math.min(last.size, next.size), 1);
  if (size > smaller * 1.8 && away > smaller * 0.8) {
    // An initial over several lines begins the first of them.
    const isInitial = last.size > next.size && last.left === left && Math.abs(next.left - last.right) < smaller;
    if (!isInitial) return true;
  }
  // Words of Nastaliq fall from their first letter to their last, each over the one before.
  if (ARABIC.test(last.text) && ARABIC.test(next.text)) return false;
  // Raised and lowered letters stand beside the others; what lies over them is another line.
  const over = Math.min(next.right, right) - Math.max(next.left, left);
  return away > size * 0.45 && over > next.size * 0.2 && !/^\p{Mn}+$/u.test(next.text);
}

const ARABIC = /\p{Script=Arabic}/u;

const UPRIGHT = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;
const FEWEST_IN_COLUMN = 3;

/** Glyphs one under the other are vertical writing, however the font says so, with the Latin that is turned to go along. */
function uprightColumns(glyphs: readonly Glyph[]): readonly Glyph[] {
  if (!glyphs.some(({ text, direction }) => direction === 0 && UPRIGHT.test(text))) return glyphs;
  const result: Glyph[] = [];
  let from = 0;
  const flush = (to: number): void => {
    const column = glyphs.slice(from, to);
    const inked = column.filter((glyph) => !isBlank(glyph));
    const isColumn =
      inked.length >= FEWEST_IN_COLUMN && inked.filter(({ text }) => UPRIGHT.test(text)).length * 2 > inked.length;
    for (const glyph of column) result.push(isColumn && glyph.direction !== VERTICAL ? asVertical(glyph) : glyph);
    from = to;
  };
  for (let at = 1; at < glyphs.length; at++) if (!followsBelow(glyphs[at - 1]!, glyphs[at]!)) flush(at);
  flush(glyphs.length);
  return result;
}

function followsBelow(above: Glyph, below: Glyph): boolean {
  const [upper, lower] = [upright(above), upright(below)];
  if (upper === undefined || lower === undefined) return false;
  const size = Math.max(upper.size, lower.size);
  const gap = lower.left - upper.right;
  // Marks of punctuation stand in a corner of their square.
  const common = Math.min(upper.high, lower.high) - Math.max(upper.low, lower.low);
  const narrower = Math.min(upper.high - upper.low, lower.high - lower.low);
  const isOneColumn = common > narrower * 0.7 && Math.abs(upper.baseline - lower.baseline) < size * 0.6;
  return isOneColumn && gap > -size * 0.5 && gap < size * 1.2;
}

const upright = (glyph: Glyph): Glyph | undefined =>
  glyph.direction === VERTICAL ? glyph : glyph.direction === 0 || glyph.direction === 3 ? asVertical(glyph) : undefined;
