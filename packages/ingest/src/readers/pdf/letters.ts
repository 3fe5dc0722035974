/** Glyph-shaped characters of PDFs -> the letters they stand for. */

/**
 * Ligatures, Hebrew and Arabic presentation forms, Kangxi radicals and compatibility ideographs. Other compatibility
 * characters keep their meaning (superscripts, circled numbers, full-width forms) and stay.
 */
const PRESENTATION = /[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufdff\ufe70-\ufeff]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be removed
const NO_LETTERS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufeff\uffff\ufffe\ue000-\uf8ff\u{f0000}-\u{10ffff}]/gu;

/** NFC. Control, private-use and non-characters, which only a font could have explained, are dropped. */
export function toLetters(text: string): string {
  return text
    .replace(NO_LETTERS, '')
    .replace(PRESENTATION, (forms) => forms.normalize('NFKC'))
    .normalize('NFC');
}
