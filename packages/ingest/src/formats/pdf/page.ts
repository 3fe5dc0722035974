/** A page -> paragraphs, by its tags where it has them and they reach its text, else by where its lines stand. */
import type { PDFPageProxy } from 'pdfjs-dist';
import { withAccents } from './accents.js';
import { withWholeClusters } from './clusters.js';
import { inColumns } from './columns.js';
import { besideLabels } from './filled-in.js';
import type { Glyph } from './glyph.js';
import { itemGlyphs } from './item-glyphs.js';
import { legibleGlyphs } from './legibility.js';
import { lineOf, type PdfLine } from './lines.js';
import { withoutOverlays } from './overlays.js';
import { withoutOverprint } from './overprint.js';
import { type PdfParagraph, paragraphsOf } from './paragraphs.js';
import type { PdfiumDocument } from './pdfium.js';
import { type PdfiumPage, readPdfiumPage } from './pdfium-glyphs.js';
import { lettersByDirection } from './reading-order.js';
import { type Row, rowsOf } from './rows.js';
import type { PageParagraphs } from './running-heads.js';
import { besideStackedWords } from './stacked-words.js';
import { marksBelow, taggedParagraphs } from './structure.js';

export interface ReadPage extends PageParagraphs {
  /** Characters in fonts that can be read, and in others. */
  readonly kept: number;
  readonly dropped: number;
  /** Characters that the page does not show. */
  readonly unseen: number;
}

export async function readPage(page: PDFPageProxy, pdfium: PdfiumDocument | null): Promise<ReadPage> {
  const { glyphs: printed, comments: said, unseen } = await printedOn(page, pdfium);
  const { glyphs: legible, kept, dropped } = legibleGlyphs(printed);
  const glyphs = besideLabels(withoutOverprint(besideStackedWords(withAccents(withWholeClusters(legible)))));
  const { rightToLeft, leftToRight } = lettersByDirection(glyphs);
  const isRightToLeftPage = rightToLeft > leftToRight;
  const tree = await page.getStructTree().catch(() => null);
  const tagged = tree != null && tree.children.length > 0 ? taggedParagraphs(tree, glyphs, isRightToLeftPage) : null;
  const comments = said.map((text): PdfParagraph => ({ text, size: 0, lineCount: 1, tag: { kind: 'paragraph' } }));
  if (tagged === null) {
    const paragraphs = [...placedParagraphs(glyphs, isRightToLeftPage), ...withoutQuotes(comments, glyphs)];
    return { paragraphs, apart: [], kept, dropped, unseen };
  }
  const marks = marksBelow(tree!);
  const apart = placedParagraphs(
    glyphs.filter(({ isArtifact, mark }) => isArtifact || mark === null || !marks.has(mark)),
    isRightToLeftPage,
  ).map((paragraph): PdfParagraph => ({ ...paragraph, size: 0, tag: { kind: 'paragraph' } }));
  return { paragraphs: [...tagged, ...withoutQuotes(comments, glyphs)], apart, kept, dropped, unseen };
}

/**
 * By PDFium; by pdf.js where PDFium cannot open the file, finds no such page or broke. Not where PDFium reads little: the
 * widths of a hostile font make pdf.js fill memory past what a thread's limit can hold.
 */
async function printedOn(page: PDFPageProxy, pdfium: PdfiumDocument | null): Promise<PdfiumPage> {
  if (pdfium !== null) {
    try {
      const read = readPdfiumPage(pdfium, page.pageNumber - 1);
      if (read !== null) return read;
    } catch {
      // Goes on with the other engine.
    }
  }
  // Our own normalization comes after pdf.js's reordering of right-to-left text: ligatures would come out reversed.
  const { items } = await page.getTextContent({ disableNormalization: true, includeMarkedContent: true });
  return { glyphs: itemGlyphs(items), comments: [], unseen: 0 };
}

/** Some programs keep the words that are marked as what is said of them. */
function withoutQuotes(comments: readonly PdfParagraph[], glyphs: readonly Glyph[]): readonly PdfParagraph[] {
  if (comments.length === 0) return comments;
  const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '');
  const page = letters(glyphs.map(({ text }) => text).join(''));
  return comments.filter(({ text }) => !page.includes(letters(text)));
}

/** Text across the page comes last. */
function placedParagraphs(glyphs: readonly Glyph[], isRightToLeftPage: boolean): PdfParagraph[] {
  const { text, overlays } = withoutOverlays(rowsOf(glyphs));
  const lines = (rows: readonly Row[]): PdfLine[] => rows.flatMap((row) => lineOf(row, isRightToLeftPage) ?? []);
  return [
    ...paragraphsOf(lines(inColumns(text, isRightToLeftPage))),
    // Of no size: not to be taken for headings.
    ...paragraphsOf(lines(overlays)).map((paragraph) => ({ ...paragraph, size: 0 })),
  ];
}
