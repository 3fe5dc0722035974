import { expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import type { Glyph } from './glyph.js';
import { rowsOf } from './rows.js';

const texts = (glyphs: readonly Glyph[]): string[] => rowsOf(glyphs).map((row) => row.map(({ text }) => text).join(''));

it('parts what lies on another baseline, whatever its size', () => {
  const mark = glyphsOf('DRAFT', { x: 60, y: 676, size: 40 });
  expect(texts([...glyphsOf('Ebbe', { y: 700 }), ...mark, ...glyphsOf('Flut', { y: 688 })])).toEqual([
    'Ebbe',
    'DRAFT',
    'Flut',
  ]);
});

it('begins the first of its lines with an initial', () => {
  const initial = glyphsOf('E', { x: 50, y: 676, size: 36 });
  expect(
    texts([...initial, ...glyphsOf('bbe und', { x: 69, y: 700 }), ...glyphsOf('Flut', { x: 69, y: 688 })]),
  ).toEqual(['Ebbe und', 'Flut']);
});

it('takes a row without end for many', () => {
  const [glyph] = glyphsOf('x');
  const rows = rowsOf(Array.from({ length: 12_000 }, (_, at) => ({ ...glyph!, left: at, right: at + 1 })));
  expect(rows.map((row) => row.length)).toEqual([5_000, 5_000, 2_000]);
});
