import { expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { withoutOverprint } from './overprint.js';

it('reads text once that is printed twice', () => {
  const once = glyphsOf('Kündigung');
  expect(withoutOverprint([...once, ...glyphsOf('Kündigung', { x: 50.4 })])).toEqual(once);
  expect(withoutOverprint([...once, ...glyphsOf('Kündigung', { x: 50.4, y: 699.6 })])).toEqual(once);
});

it('keeps letters that only stand close', () => {
  const line = glyphsOf('Schifffahrt llll iiii');
  expect(withoutOverprint(line)).toEqual(line);
  const next = glyphsOf('Schifffahrt', { y: 688 });
  expect(withoutOverprint([...line, ...next])).toHaveLength(line.length + next.length);
});
