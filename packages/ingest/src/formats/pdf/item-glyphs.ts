/** Text items of pdf.js -> glyphs, for pages that PDFium cannot read. An item is a word or a line in one. */
import type { TextContent, TextItem } from 'pdfjs-dist/types/src/display/api.js';
import { alongAxes, type Box, directionOf, type Glyph, OBLIQUE, VERTICAL } from './glyph.js';
import { toLetters } from './letters.js';

export function itemGlyphs(items: TextContent['items']): Glyph[] {
  const glyphs: Glyph[] = [];
  const open: { readonly mark: string | null; readonly isArtifact: boolean }[] = [];
  for (const item of items) {
    if ('str' in item) {
      const mark = open.findLast((sequence) => sequence.mark !== null)?.mark ?? null;
      const isArtifact = open.some((sequence) => sequence.isArtifact);
      const text = toLetters(item.str);
      // What is left of a glyph that names no letter is the space pdf.js saw before it.
      if (text === '' || (text !== item.str && text.trim() === '')) continue;
      const run = glyphs.length;
      const named = { isFilledIn: false, isNamed: true };
      glyphs.push({ ...placeOf(item), text, font: item.fontName, run, mark, isArtifact, ...named });
    } else if (item.type === 'endMarkedContent') open.pop();
    else {
      // The declared type leaves the tag out.
      const { id, tag } = item as { id?: string; tag?: string };
      open.push({ mark: markName(id ?? ''), isArtifact: tag === 'Artifact' });
    }
  }
  return glyphs;
}

/** pdf.js puts the page before the number of a marked-content sequence. */
export const markName = (id: string): string | null => id.replace(/^.*_(?=mc\d+$)/, '') || null;

function placeOf(
  item: TextItem,
): Omit<Glyph, 'text' | 'font' | 'run' | 'mark' | 'isArtifact' | 'isFilledIn' | 'isNamed'> {
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = item.transform as number[];
  if (item.dir === 'ttb') {
    const size = Math.hypot(a, b);
    const box = { left: x - size / 2, right: x + size / 2, bottom: y - item.height, top: y };
    return { ...alongAxes(VERTICAL, x, y, box), size, direction: VERTICAL };
  }
  const angle = Math.atan2(b, a);
  const direction = directionOf(angle);
  const size = Math.hypot(c, d);
  if (direction === OBLIQUE) {
    const left = x * Math.cos(angle) + y * Math.sin(angle);
    const baseline = y * Math.cos(angle) - x * Math.sin(angle);
    return { left, right: left + item.width, baseline, low: baseline, high: baseline + size, size, direction };
  }
  const { width } = item;
  const descent = size * 0.2;
  const boxes: Box[] = [
    { left: x, right: x + width, bottom: y - descent, top: y + size },
    { left: x - size, right: x + descent, bottom: y, top: y + width },
    { left: x - width, right: x, bottom: y - size, top: y + descent },
    { left: x - descent, right: x + size, bottom: y - width, top: y },
  ];
  return { ...alongAxes(direction, x, y, boxes[direction]!), size, direction };
}
