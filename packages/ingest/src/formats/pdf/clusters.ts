/**
 * Letters with marks (Thai, Arabic) that are drawn as several glyphs, each of which the file says to be the whole of them:
 * read once.
 */
import type { Glyph } from './glyph.js';

/** Share of the narrower glyph that lies over the other. */
const OVER = 0.5;

/** Glyphs are in the order in which they are drawn. */
export function withWholeClusters(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result: Glyph[] = [];
  for (const glyph of glyphs) {
    const before = result.at(-1);
    if (before === undefined || !isOneCluster(before, glyph)) {
      result.push(glyph);
      continue;
    }
    // The letter is wider than its marks and stands on the line.
    const [letter, mark] = widthOf(before) >= widthOf(glyph) ? [before, glyph] : [glyph, before];
    result[result.length - 1] = {
      ...letter,
      left: Math.min(letter.left, mark.left),
      right: Math.max(letter.right, mark.right),
    };
  }
  return result.length === glyphs.length ? glyphs : result;
}

function isOneCluster(a: Glyph, b: Glyph): boolean {
  if (a.text !== b.text || a.direction !== b.direction || a.font !== b.font || !/^\p{L}.*\p{M}/u.test(a.text))
    return false;
  const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  return over > Math.min(widthOf(a), widthOf(b)) * OVER && Math.abs(a.baseline - b.baseline) < a.size;
}

const widthOf = ({ left, right }: Glyph): number => right - left;
