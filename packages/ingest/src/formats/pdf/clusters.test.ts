import { expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { withWholeClusters } from './clusters.js';
import type { Glyph } from './glyph.js';

/** A glyph that stands for several characters. */
const cluster = (text: string, x: number, y = 700): Glyph => ({ ...glyphsOf('x', { x, y })[0]!, text });

it('reads letters with marks once that are drawn as several glyphs', () => {
  const drawn = [cluster('สิ้', 50), cluster('สิ้', 52, 699), ...glyphsOf('น', { x: 55 })];
  expect(withWholeClusters(drawn).map(({ text }) => text)).toEqual(['สิ้', 'น']);
});

it('keeps the same letters where they stand side by side, and doubled ones without marks', () => {
  const drawn = [cluster('สิ้', 50), cluster('สิ้', 55), cluster('ff', 60), cluster('ff', 62)];
  expect(withWholeClusters(drawn)).toEqual(drawn);
});
