import { expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { linesOf } from './lines.js';

it('leaves out a stroke between Arabic letters that is named after a digit', () => {
  const [stroke] = glyphsOf('7', { x: 64.5 });
  const word = [...glyphsOf('ملس', { x: 50 }), ...glyphsOf('لا', { x: 66.5 })];
  const textWith = (right: number): string => linesOf([...word, { ...stroke!, right }], true)[0]!.text;
  expect(textWith(66.8)).toBe('السلم');
  expect(textWith(70)).toContain('7');
});
