import { expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { linesOf } from './lines.js';
import { besideStackedWords } from './stacked-words.js';

it('keeps a word whole whose first glyph names the right-to-left word before it as well', () => {
  const letters = glyphsOf('salam');
  const stacked = [...letters, { ...letters[0]!, text: 'مرحبا ' }, ...glyphsOf('abhr', { x: 90 })];
  expect(linesOf(besideStackedWords(stacked), true)[0]!.text).toContain('salam');
  expect(linesOf(stacked, true)[0]!.text).not.toContain('salam');
});

it('leaves right-to-left words alone that stand by themselves', () => {
  const glyphs = [...glyphsOf('salam'), { ...glyphsOf('x', { x: 90 })[0]!, text: 'مرحبا' }];
  expect(besideStackedWords(glyphs)).toEqual(glyphs);
});
