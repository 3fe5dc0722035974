import { expect, it } from 'vitest';
import type { PdfParagraph } from './paragraphs.js';
import { withRunningHeadsOnce } from './running-heads.js';

const paragraph = (text: string): PdfParagraph => ({ text, lineCount: 1, size: 10, tag: null });

it('reads what stands apart once, without bare numbers', () => {
  const pages = ['Ebbe', 'Flut'].map((text, at) => ({
    paragraphs: [paragraph(text)],
    apart: [paragraph(`年報 2019, Seite ${at + 1}`), paragraph(`${at + 17}`)],
  }));
  const once = withRunningHeadsOnce(pages);
  expect(once.pages.map((page) => page.map(({ text }) => text))).toEqual([['Ebbe', '年報 2019, Seite 1'], ['Flut']]);
  expect(once).toMatchObject({ repeats: 3, pagesOfRepeats: [1, 2] });
});
