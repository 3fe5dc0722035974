import { expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { withAccents } from './accents.js';

const textOf = (...parts: readonly ReturnType<typeof glyphsOf>[]) =>
  withAccents(parts.flat())
    .map(({ text }) => text)
    .join('');

it('makes one letter of a sign drawn over or under it, whichever comes first', () => {
  expect(textOf(glyphsOf('M'), glyphsOf('¨', { x: 55, y: 702 }), glyphsOf('unchen', { x: 55 }))).toBe('München');
  expect(textOf(glyphsOf('na'), glyphsOf('¨', { x: 60 }), glyphsOf('ı', { x: 61 }), glyphsOf('ve', { x: 65 }))).toBe(
    'naïve',
  );
  expect(textOf(glyphsOf('gar'), glyphsOf('c', { x: 65 }), glyphsOf('¸', { x: 65 }), glyphsOf('on', { x: 70 }))).toBe(
    'garçon',
  );
});

it('keeps signs that stand beside letters, or over none', () => {
  expect(textOf(glyphsOf('`code` a^b ~5'))).toBe('`code` a^b ~5');
  expect(textOf(glyphsOf('¨', { x: 50 }), glyphsOf('7', { x: 50 }))).toBe('¨7');
});

it('parts sign and letter that came as one glyph', () => {
  const glyph = { ...glyphsOf('x')[0]!, text: '¨a' };
  expect(textOf([glyph], glyphsOf('lter', { x: 55 }))).toBe('älter');
});
