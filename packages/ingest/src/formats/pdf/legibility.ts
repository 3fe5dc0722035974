/**
 * Fonts that name their glyphs wrongly give letters of many scripts at random. Such text would be found by nobody and
 * answer nothing, so it counts as absent.
 */
import { type Script, scriptOf } from '@glot/text/language';
import type { Glyph } from './glyph.js';

/** Share of a font's words that mix scripts from which on none of them is believed. */
const MIXED_SHARE = 0.3;
const FEWEST_WORDS = 4;

/** Scripts that stand together in one word of real text: `Wi-Fi接続`, `Tシャツ`, `K팝`. */
const TOGETHER: ReadonlySet<Script> = new Set(['latin', 'han', 'kana', 'hangul']);

export interface LegibleGlyphs {
  /** Without those of fonts that cannot be read. */
  readonly glyphs: Glyph[];
  /** Characters kept and dropped. */
  readonly kept: number;
  readonly dropped: number;
}

export function legibleGlyphs(glyphs: readonly Glyph[]): LegibleGlyphs {
  const texts = new Map<Glyph['font'], string[]>();
  let last: Glyph | undefined;
  for (const glyph of glyphs) {
    const parts = texts.get(glyph.font) ?? [];
    texts.set(glyph.font, parts);
    if (last !== undefined && !touches(last, glyph)) parts.push(' ');
    if (glyph.isNamed) parts.push(glyph.text);
    last = glyph;
  }
  const illegible = new Set<Glyph['font']>();
  for (const [font, parts] of texts) if (!isLegible(parts.join(''))) illegible.add(font);
  const readable = fontsReadByCode(glyphs);
  const legible = glyphs.filter(({ font, isNamed }) => (isNamed || readable.has(font)) && !illegible.has(font));
  const kept = lengthOf(legible);
  return { glyphs: legible, kept, dropped: lengthOf(glyphs) - kept };
}

/** Share of a font's unnamed glyphs whose codes are letters of Latin-1, from which on the codes are believed. */
const LETTERS_SHARE = 0.8;

/** Old fonts without names have the codes of Latin-1; the codes of subsets are numbers, most of them signs. */
function fontsReadByCode(glyphs: readonly Glyph[]): Set<Glyph['font']> {
  const counts = new Map<Glyph['font'], { all: number; letters: number }>();
  for (const { font, isNamed, text } of glyphs) {
    if (isNamed) continue;
    const count = counts.get(font) ?? { all: 0, letters: 0 };
    counts.set(font, count);
    count.all++;
    if (/^[\p{L}\p{Nd} ]$/u.test(text) && text < '\u0100') count.letters++;
  }
  return new Set(
    Array.from(counts).flatMap(([font, { all, letters }]) => (letters >= all * LETTERS_SHARE ? [font] : [])),
  );
}

/** Whether two glyphs that follow each other may be of one word. */
function touches(last: Glyph, next: Glyph): boolean {
  const gap = Math.max(next.left - last.right, last.left - next.right);
  return last.font === next.font && Math.abs(last.baseline - next.baseline) < next.size && gap < next.size * 0.2;
}

const lengthOf = (glyphs: readonly Glyph[]): number => glyphs.reduce((sum, { text }) => sum + text.length, 0);

export function isLegible(text: string): boolean {
  const words = text.match(/\p{L}[\p{L}\p{M}]+/gu) ?? [];
  if (words.length < FEWEST_WORDS) return true;
  return words.filter(mixesScripts).length < words.length * MIXED_SHARE;
}

/** Letters that every script uses (々, ʻ, ﾞ, µ) have none of their own. */
function mixesScripts(word: string): boolean {
  const counts = new Map<Script | 'other', number>();
  for (const character of word) {
    if (!/\p{L}/u.test(character) || /[\p{Script=Common}\p{Script=Inherited}]/u.test(character)) continue;
    const script = scriptOf(character.codePointAt(0)!) ?? 'other';
    counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  if (counts.size < 2) return false;
  // Units and formulas: kΩ, μF, Δt; phonetic writing borrows more of Greek.
  if (counts.size === 2 && counts.has('latin') && counts.has('greek')) {
    return counts.get('greek')! > 1 && !/[\u0250-\u02af]/.test(word);
  }
  return [...counts.keys()].some((script) => script === 'other' || !TOGETHER.has(script));
}
