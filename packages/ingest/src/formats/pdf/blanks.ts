/** Where words end: blanks that a row of glyphs has, and those that only the eye sees. */
import type { Glyph } from './glyph.js';

/** Gaps from which on the eye sees a blank, in font sizes. */
const GAP = 0.11;
/** Between characters of scripts without spaces: justified lines spread them. */
const GAP_UNSPACED = 0.7;
/** Letters further apart than this all along a row are spaced out. */
const SPACED = 0.12;
const FEWEST_SPACED = 5;

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;

export const isUnspaced = (text: string): boolean => UNSPACED.test(text);

export interface Spacing {
  /** Whether a blank stands between two inked glyphs that follow each other along the row. */
  isParted(before: Glyph, after: Glyph, hasBlank: boolean): boolean;
}

/** @param inked along the row, from left to right */
export function spacingOf(inked: readonly Glyph[], blanks: readonly Glyph[]): Spacing {
  const gap = (before: Glyph, after: Glyph): number =>
    (after.left - before.right) / Math.max(before.size, after.size, 1);
  const between = inked
    .slice(1)
    .map((glyph, at) => ({ before: inked[at]!, after: glyph, gap: gap(inked[at]!, glyph) }));
  const typed = typedApart(inked, blanks);
  if (typed !== null) return { isParted: (before, after) => gap(before, after) > typed };
  const letters = between.filter(
    ({ before, after }) => /\p{L}$/u.test(before.text) && /^\p{L}/u.test(after.text) && !UNSPACED.test(after.text),
  );
  const gaps = letters.map((each) => each.gap).sort((a, b) => a - b);
  const usual = gaps[gaps.length >> 1] ?? 0;
  const spread =
    gaps.length >= FEWEST_SPACED && usual > SPACED && gaps[Math.floor(gaps.length * 0.2)]! > SPACED ? usual : 0;
  return {
    isParted(before, after, hasBlank) {
      if (hasBlank) return true;
      const unspaced = UNSPACED.test(before.text) && UNSPACED.test(after.text);
      return gap(before, after) > spread + (unspaced ? GAP_UNSPACED : GAP);
    },
  };
}

/**
 * `B E K A N N T`: a row of single letters with a blank after each. Gaps clearly wider than the usual one part its words;
 * null where the row is none.
 */
function typedApart(inked: readonly Glyph[], blanks: readonly Glyph[]): number | null {
  if (inked.length < FEWEST_SPACED || blanks.length < inked.length * 0.8 - 1) return null;
  const letters = inked.filter(({ text }) => /^\p{L}\p{M}*$/u.test(text));
  if (letters.length < inked.length * 0.8 || letters.some(({ text }) => UNSPACED.test(text))) return null;
  // A row of initials: A B C D E F.
  const ascends = letters.every(({ text }, at) => at === 0 || letters[at - 1]!.text < text);
  if (ascends) return null;
  const gaps = inked.slice(1).map((after, at) => (after.left - inked[at]!.right) / Math.max(after.size, 1));
  const sorted = [...gaps].sort((a, b) => a - b);
  if (sorted[Math.floor(sorted.length * 0.1)]! < GAP) return null;
  return sorted[sorted.length >> 1]! * 1.6;
}
