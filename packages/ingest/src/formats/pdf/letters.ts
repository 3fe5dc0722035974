/**
 * Glyph-shaped characters of PDFs -> the letters they stand for.
 * @module
 */

/**
 * Ligatures, Hebrew and Arabic presentation forms, Kangxi radicals and compatibility ideographs. Other compatibility
 * characters keep their meaning (superscripts, circled numbers, full-width forms) and stay.
 */
const PRESENTATION = /[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufdff\ufe70-\ufeff]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed
const NO_LETTERS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufeff\uffff\ufffe\ue000-\uf8ff\u{f0000}-\u{10ffff}]/gu;

/** What single glyphs stand for; a document has few that differ. */
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

/** NFC. Control, private-use and non-characters, which only a font could have explained, are dropped. */
export function toLetters(text: string): string {
  if (text.length > 2) return lettersOf(text);
  let letters = known.get(text);
  if (letters === undefined) {
    letters = lettersOf(text);
    if (known.size < MOST_KNOWN) known.set(text, letters);
  }
  return letters;
}

function lettersOf(text: string): string {
  return text
    .replace(NO_LETTERS, '')
    .replace(PRESENTATION, (forms) => forms.normalize('NFKC'))
    .normalize('NFC');
}

/** Thai and Lao AM, which fonts draw as a ring and a vowel, with a tone mark between or before. */
const AM_IN_TWO = /([\u0e48-\u0e4b]?)\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0ec8-\u0ecb]?)\u0ecd([\u0ec8-\u0ecb]?)\u0eb2/g;

/** Letters that came as several glyphs, composed. */
export const composed = (text: string): string =>
  text
    .normalize('NFC')
    .replace(AM_IN_TWO, (_, before, after, laoBefore, laoAfter) =>
      before === undefined ? `${laoBefore}${laoAfter}\u0eb3` : `${before}${after}\u0e33`,
    );
