import { expect, it } from 'vitest';
import type { PdfLine } from './lines.js';
import { paragraphsOf } from './paragraphs.js';

const line = (text: string, baseline: number, right: number): PdfLine => ({
  text,
  left: 50,
  right,
  baseline,
  size: 10,
  direction: 0,
});
const texts = (lines: readonly PdfLine[]): string[] => paragraphsOf(lines).map(({ text }) => text);

it('takes lines set wide apart on a page of few lines for one paragraph where a sentence goes on', () => {
  const first = 'Der Kahn liegt seit dem Frühjahr am alten Steg und wartet auf seinen';
  expect(texts([line(first, 700, 500), line('Fährmann.', 680.6, 110)])).toEqual([`${first} Fährmann.`]);
});

it('keeps them apart where the line above is short, or ends a sentence', () => {
  const next = line('Abfahrt ist um neun Uhr an der Brücke unterhalb des Marktes, bei jedem', 680.6, 500);
  expect(texts([line('Fahrplan', 700, 110), next])).toHaveLength(2);
  expect(
    texts([line('Der Kahn liegt seit dem Frühjahr am alten Steg, und niemand holt ihn.', 700, 500), next]),
  ).toHaveLength(2);
});
