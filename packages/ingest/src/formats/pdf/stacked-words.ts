/**
 * Glyphs that name a right-to-left word besides their own letter, as Cairo names the first letter after such a word: the
 * word is set beside the letters, which it would tear apart.
 */
import type { Glyph } from './glyph.js';
import { isRightToLeft } from './reading-order.js';

/** Glyphs are in the order in which they are drawn. */
export function besideStackedWords(glyphs: readonly Glyph[]): readonly Glyph[] {
  const isWord = ({ text }: Glyph): boolean => text.length > 2 && isRightToLeft(text);
  if (!glyphs.some(isWord)) return glyphs;
  const letters = new Map<string, number>();
  for (const [at, glyph] of glyphs.entries()) if (isLatin(glyph)) letters.set(placeOf(glyph), at);
  return glyphs.map((glyph) => {
    const under = isWord(glyph) ? letters.get(placeOf(glyph)) : undefined;
    if (under === undefined) return glyph;
    let { right } = glyphs[under]!;
    for (let at = under + 1; at < glyphs.length; at++) {
      const next = glyphs[at]!;
      if (next.run !== glyph.run || !isLatin(next) || next.left > right + next.size * 0.1) break;
      right = Math.max(right, next.right);
    }
    const left = right + glyph.size * 0.25;
    return { ...glyph, text: glyph.text.trim(), left, right: left };
  });
}

const isLatin = ({ text }: Glyph): boolean => /\p{L}/u.test(text) && !isRightToLeft(text);
const placeOf = ({ run, left, baseline }: Glyph): string => `${run} ${left} ${baseline}`;
