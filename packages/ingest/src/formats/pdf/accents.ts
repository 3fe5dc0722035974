/** Accents that are drawn as signs of their own over or under a letter (TeX's first fonts): one letter of both. */
import type { Glyph } from './glyph.js';

const COMBINING: ReadonlyMap<string, string> = new Map([
  ['`', '\u0300'],
  ['\u00b4', '\u0301'],
  ['^', '\u0302'],
  ['\u02c6', '\u0302'],
  ['~', '\u0303'],
  ['\u02dc', '\u0303'],
  ['\u00af', '\u0304'],
  ['\u02d8', '\u0306'],
  ['\u02d9', '\u0307'],
  ['\u00a8', '\u0308'],
  ['\u02da', '\u030a'],
  ['\u02dd', '\u030b'],
  ['\u02c7', '\u030c'],
  ['\u00b8', '\u0327'],
  ['\u02db', '\u0328'],
]);

const LETTER = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]$/u;
const DOTLESS: ReadonlyMap<string, string> = new Map([
  ['\u0131', 'i'],
  ['\u0237', 'j'],
]);

/** Furthest that the middles of sign and letter lie apart, in font sizes: an italic's accent leans over its letter. */
const AWAY = 0.25;
/** Share of the narrower of both that lies over the other: signs beside a letter touch it at most. */
const OVER = 0.5;

/** Glyphs are in the order in which they are drawn: the sign directly before its letter, or behind it. */
export function withAccents(glyphs: readonly Glyph[]): readonly Glyph[] {
  const result: Glyph[] = [];
  let isChanged = false;
  for (const drawn of glyphs) {
    const glyph = withOwnAccent(drawn);
    isChanged ||= glyph !== drawn;
    const before = result.at(-1);
    const letter = before && (accented(glyph, before) ?? accented(before, glyph));
    if (letter) result[result.length - 1] = letter;
    else result.push(glyph);
  }
  return isChanged || result.length < glyphs.length ? result : glyphs;
}

/** Sign and letter of one width, set down at one place, come as one glyph. */
function withOwnAccent(glyph: Glyph): Glyph {
  const [first = '', second = '', ...others] = glyph.text;
  if (others.length > 0) return glyph;
  const text = composed(second, first) ?? composed(first, second);
  return text === undefined ? glyph : { ...glyph, text };
}

function composed(letter: string, sign: string): string | undefined {
  const mark = COMBINING.get(sign);
  if (mark === undefined || !LETTER.test(letter)) return undefined;
  return ((DOTLESS.get(letter) ?? letter) + mark).normalize('NFC');
}

function accented(letter: Glyph, sign: Glyph): Glyph | undefined {
  const text = composed(letter.text, sign.text);
  if (text === undefined || letter.direction !== sign.direction) return undefined;
  const middles = Math.abs(letter.left + letter.right - sign.left - sign.right) / 2;
  const over = Math.min(letter.right, sign.right) - Math.max(letter.left, sign.left);
  const narrower = Math.min(letter.right - letter.left, sign.right - sign.left);
  if (middles > letter.size * AWAY || over < narrower * OVER) return undefined;
  if (Math.abs(letter.baseline - sign.baseline) > letter.size * 0.6) return undefined;
  return { ...letter, text };
}
