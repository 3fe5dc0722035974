/** Columns that text takes on a terminal. */
import { segmenter } from './segmenter.js';

const WIDE =
  /^(?:[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303E\uFE30-\uFE4F\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji}\uFE0F)/u;
/** Half-width letters, whose voice marks take a column of their own, and the middle dot. */
const NARROW_FORMS = /^[\uFF61-\uFFDC\uFFE8-\uFFEE\u00B7]/u;
const NO_WIDTH = /^[\p{M}\p{Cc}\p{Cf}]+$/u;
const graphemes = segmenter('grapheme');

/** Two columns for East Asian wide characters and emoji, none for marks alone, one for the rest. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (NO_WIDTH.test(segment)) continue;
    if (NARROW_FORMS.test(segment)) width += [...segment].length;
    else width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}
