/** What a tagged page has beside its text: running heads, watermarks, addresses that a browser prints behind links. */
import type { PdfParagraph } from './paragraphs.js';

export interface PageParagraphs {
  readonly paragraphs: readonly PdfParagraph[];
  /** In none of the page's tags, or marked as no part of its text. */
  readonly apart: readonly PdfParagraph[];
}

/** Puts what stands apart behind the text of the first page that has it; numbers of pages alone say nothing. */
export function withRunningHeadsOnce(pages: readonly PageParagraphs[]): PdfParagraph[][] {
  const seen = new Set<string>();
  return pages.map(({ paragraphs, apart }) => {
    const added = apart.filter(({ text }) => {
      const key = text.replace(/\d+/g, '#');
      if (!/\p{L}/u.test(text) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    return [...paragraphs, ...added];
  });
}
