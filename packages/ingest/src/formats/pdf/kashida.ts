/**
 * Strokes that lengthen Arabic words to fill a line. LibreOffice draws each by itself, over the edges of both letters, and
 * names it after whatever character it first drew: `ال3رقم`.
 */
import type { Glyph } from './glyph.js';
import { isRightToLeft } from './reading-order.js';

/** Widest stroke, in font sizes: digits are wider. */
const WIDEST = 0.3;

/** @param visual from left to right; the strokes stay, without text, since the letters stand apart without them */
export function withoutKashida(visual: readonly Glyph[]): readonly Glyph[] {
  return visual.map((glyph, at) => (isStroke(glyph, visual[at - 1], visual[at + 1]) ? { ...glyph, text: '' } : glyph));
}

function isStroke(glyph: Glyph, left: Glyph | undefined, right: Glyph | undefined): boolean {
  if (left === undefined || right === undefined || !/^\p{Nd}$/u.test(glyph.text)) return false;
  if (glyph.right - glyph.left > glyph.size * WIDEST || !joins(left, glyph) || !joins(right, glyph)) return false;
  return left.right >= glyph.left && glyph.right >= right.left;
}

const joins = (letter: Glyph, stroke: Glyph): boolean =>
  isRightToLeft(letter.text) && letter.font === stroke.font && letter.run !== stroke.run;
