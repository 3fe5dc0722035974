/**
 * Letters of one right-to-left glyph. PDFium turns right-to-left text round letter by letter, so that those of one glyph
 * come last first, save where the font names a presentation form, which PDFium parts after turning. Which it was, the
 * ligatures that there are tell; where they do not, the others of the font.
 */
import type { Glyph } from './glyph.js';

type Named = Pick<Glyph, 'text' | 'font'>;

const RIGHT_TO_LEFT = /[\u0590-\u08ff]/;

/** Fonts whose glyphs' letters come turned round, as far as that shows. */
export function turnedFonts(glyphs: readonly Named[]): Set<Glyph['font']> {
  const votes = new Map<Glyph['font'], number>();
  for (const { text, font } of glyphs) {
    if (text.length < 2 || !RIGHT_TO_LEFT.test(text)) continue;
    const isTurned = isSurelyTurned(text);
    votes.set(font, (votes.get(font) ?? 0) + (isTurned === null ? 0 : isTurned ? 1 : -1));
  }
  return new Set(Array.from(votes).flatMap(([font, balance]) => (balance >= 0 ? [font] : [])));
}

export function inLetterOrder(text: string, isFontTurned: boolean): string {
  if (text.length < 2 || !RIGHT_TO_LEFT.test(text)) return text;
  // A blank that a glyph names as well comes after its letters.
  const letters = text.trim();
  const blank = letters.length < text.length ? ' ' : '';
  return `${(isSurelyTurned(letters) ?? isFontTurned) ? reversed(letters) : letters}${blank}`;
}

function isSurelyTurned(text: string): boolean | null {
  if (/^\p{Mn}/u.test(text)) return true;
  if (/\p{Mn}$/u.test(text)) return false;
  const [is, isReversed] = [ligatures().has(text), ligatures().has(reversed(text))];
  return is === isReversed ? null : isReversed;
}

const reversed = (text: string): string => Array.from(text).reverse().join('');

let known: ReadonlySet<string> | undefined;

/** What the ligatures of Unicode's Arabic presentation forms stand for. */
function ligatures(): ReadonlySet<string> {
  if (known !== undefined) return known;
  const texts = new Set<string>();
  for (let code = 0xfb50; code <= 0xfefc; code++) {
    const text = String.fromCharCode(code).normalize('NFKC');
    if (/^[\u0620-\u064a]{2,}$/.test(text)) texts.add(text);
  }
  known = texts;
  return known;
}
