/** What a tagged page has beside its text: running heads, watermarks, addresses that a browser prints behind links. */
import type { PdfParagraph } from './paragraphs.js';

export interface PageParagraphs {
  readonly paragraphs: readonly PdfParagraph[];
  /** In none of the page's tags, or marked as no part of its text. */
  readonly apart: readonly PdfParagraph[];
}

export interface PagesOnce {
  readonly pages: PdfParagraph[][];
  /** Lines that were left out, since an earlier page has them or they are bare numbers. */
  readonly repeats: number;
  /** Pages that some were left out of, 1-based. */
  readonly pagesOfRepeats: readonly number[];
}

/** Puts what stands apart behind the text of the first page that has it; numbers of pages alone say nothing. */
export function withRunningHeadsOnce(pages: readonly PageParagraphs[]): PagesOnce {
  const seen = new Set<string>();
  let repeats = 0;
  const pagesOfRepeats: number[] = [];
  const once = pages.map(({ paragraphs, apart }, at) => {
    const added = apart.filter(({ text }) => {
      const key = text.replace(/\d+/g, '#');
      if (!/\p{L}/u.test(text) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    if (added.length < apart.length) pagesOfRepeats.push(at + 1);
    repeats += apart.length - added.length;
    return [...paragraphs, ...added];
  });
  return { pages: once, repeats, pagesOfRepeats };
}
