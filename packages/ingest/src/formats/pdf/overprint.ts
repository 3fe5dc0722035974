/** Text that is printed twice to look bold or to throw a shadow is read once. */
import { type Glyph, isBlank } from './glyph.js';

/** Furthest that the second print lies off the first, in font sizes: narrow letters that follow each other are wider. */
const OFFSET = 0.1;
/** The same for captions of fields that the page prints beneath as well. */
const FIELD_OFFSET = 0.6;

export function withoutOverprint(glyphs: readonly Glyph[]): readonly Glyph[] {
  const order = Uint32Array.from(glyphs.keys()).sort((a, b) => glyphs[a]!.left - glyphs[b]!.left);
  const again = new Set<Glyph>();
  const hasFields = glyphs.at(-1)?.isFilledIn === true;
  for (let at = 1; at < order.length; at++) {
    const own = order[at]!;
    const glyph = glyphs[own]!;
    const furthest = (hasFields ? FIELD_OFFSET : OFFSET) * glyph.size;
    for (let before = at - 1; before >= 0; before--) {
      const other = order[before]!;
      if (glyph.left - glyphs[other]!.left > furthest) break;
      const [first, second] = own < other ? [own, other] : [other, own];
      if (prints(glyphs[first]!, glyphs[second]!) && !again.has(glyphs[first]!)) again.add(glyphs[second]!);
    }
  }
  return again.size === 0 ? glyphs : glyphs.filter((glyph) => !again.has(glyph));
}

/** Whether the second glyph is the first one printed again. */
function prints(a: Glyph, b: Glyph): boolean {
  const most = (b.isFilledIn && !a.isFilledIn ? FIELD_OFFSET : OFFSET) * Math.min(a.size, b.size);
  const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= most;
  if (a.run === b.run || !isNear(a.baseline, b.baseline) || !isNear(a.left, b.left) || !isNear(a.size, b.size))
    return false;
  return a.text === b.text && a.direction === b.direction && !isBlank(a);
}
