/**
 * PDF: blocks and headings by the structure tree where the document is tagged; else lines and paragraphs by their place
 * on the page, headings by their size.
 */
import type { Place } from '@glot/text';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import type { Extraction } from '../../extraction.js';
import type { Note } from '../../notes.js';
import { Refused } from '../refused.js';
import { TextBuilder } from '../text-builder.js';
import { closeHyphens, vocabularyOf } from './hyphens.js';
import { loadPdf } from './load.js';
import { readPage } from './page.js';
import { leftOut, notRead } from './page-notes.js';
import type { PdfParagraph } from './paragraphs.js';
import { openPdfium, type PdfiumDocument } from './pdfium.js';
import { type PageParagraphs, withRunningHeadsOnce } from './running-heads.js';

const MAX_HEADING_LENGTH = 160;
const MAX_HEADING_LEVELS = 4;

export async function readPdf(bytes: Uint8Array): Promise<Extraction> {
  // pdf.js takes the bytes over.
  const pdfium = await openPdfium(bytes);
  let document: PDFDocumentProxy;
  let read: Awaited<ReturnType<typeof readPages>>;
  try {
    document = await loadPdf(bytes);
    if (pdfium !== null) pdfium.hiddenLayers = await hiddenLayersOf(document);
    read = await readPages(document, pdfium);
  } finally {
    pdfium?.close();
  }
  const { pages: raw, firstError, dropped, notes } = read;
  const once = withRunningHeadsOnce(raw);
  const pages = withWholeWords(once.pages);
  if (pages.every((page) => page.length === 0)) {
    if (firstError !== undefined) throw new Refused('malformed', `no page can be read: ${firstError}`);
    throw new Refused(
      'no-text',
      dropped === 0
        ? `${document.numPages} page(s) without a text layer (scanned or drawn)`
        : `${document.numPages} page(s) in fonts that do not say which letters their glyphs are`,
    );
  }
  const { title, meta } = await readMetadata(document);
  const levels = headingLevels(pages);
  const hasTaggedHeadings = pages.flat().some(({ tag }) => tag?.kind === 'heading');
  const builder = new TextBuilder();
  const places: Place[] = [];
  for (const [at, page] of pages.entries()) {
    // The first block of a page starts after the blank line that parts it from the page before.
    places.push({ kind: 'page', label: `${at + 1}`, start: builder.length === 0 ? 0 : builder.length + 2 });
    for (const paragraph of page) {
      const { tag, text } = paragraph;
      const bySize = isHeadingLike(paragraph) && (tag === null || (tag.kind === 'paragraph' && !hasTaggedHeadings));
      const level = tag?.kind === 'heading' ? tag.level : bySize ? levels.get(Math.round(paragraph.size)) : undefined;
      if (level !== undefined) builder.addHeading(level, text);
      else builder.add(tag === null || tag.kind === 'heading' ? 'paragraph' : tag.kind, text);
    }
  }
  const firstHeading = builder.blocks.find(({ kind }) => kind === 'heading')?.heading;
  return {
    text: builder.text,
    title: title ?? firstHeading ?? null,
    meta,
    blocks: builder.blocks,
    places,
    hasLines: false,
    declaredLang: null,
    notes: [...notes, ...leftOut(once, read.unseen, document.numPages)],
  };
}

const EMPTY: PageParagraphs = { paragraphs: [], apart: [] };

/** Layers of one name that are all off when the file is opened. */
async function hiddenLayersOf(document: PDFDocumentProxy): Promise<Set<string>> {
  const config = await document.getOptionalContentConfig().catch(() => null);
  const layers = Array.from(config ?? [], ([, layer]) => layer as { readonly name: string | null; visible: boolean });
  const hidden = new Set(layers.flatMap(({ name, visible }) => (visible || !name ? [] : [name])));
  for (const { name, visible } of layers) if (visible && name) hidden.delete(name);
  return hidden;
}

interface ReadPages {
  readonly pages: readonly PageParagraphs[];
  readonly dropped: number;
  readonly firstError?: string;
  readonly notes: readonly Note[];
  /** Characters that pages do not show, by the page's number. */
  readonly unseen: ReadonlyMap<number, number>;
}

/** A page that cannot be read counts as empty, so that one bad page does not cost the document. */
async function readPages(document: PDFDocumentProxy, pdfium: PdfiumDocument | null): Promise<ReadPages> {
  const pages: PageParagraphs[] = [];
  let kept = 0;
  let dropped = 0;
  let firstError: string | undefined;
  const unseen = new Map<number, number>();
  const noText: number[] = [];
  const unreadable: number[] = [];
  const illegible: number[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    try {
      const page = await document.getPage(number);
      const { kept: read, dropped: unread, unseen: hidden, ...paragraphs } = await readPage(page, pdfium);
      if (hidden > 0) unseen.set(number, hidden);
      pages.push(paragraphs);
      kept += read;
      dropped += unread;
      if (unread > 0) illegible.push(number);
      else if (read === 0) noText.push(number);
      page.cleanup();
    } catch (error) {
      firstError ??= (error as Error).message.replace(/\s+/g, ' ');
      unreadable.push(number);
      pages.push(EMPTY);
    }
  }
  await document.cleanup();
  // What is left of such a document are names and numbers without the text they belong to.
  if (dropped > kept) return { pages: pages.map(() => EMPTY), dropped, notes: [], unseen };
  const notes = notRead(document.numPages, { noText, unreadable, illegible, firstError, dropped });
  return { pages, dropped, notes, unseen, ...(firstError !== undefined && { firstError }) };
}

function withWholeWords(pages: readonly (readonly PdfParagraph[])[]): PdfParagraph[][] {
  const vocabulary = vocabularyOf(pages.flat().map(({ text }) => text));
  return pages.map((page) =>
    page.map((paragraph) => ({ ...paragraph, text: closeHyphens(paragraph.text, vocabulary) })),
  );
}

/** Sizes clearly above that of most of the text, largest first, as levels 1, 2, ... */
function headingLevels(pages: readonly (readonly PdfParagraph[])[]): Map<number, number> {
  const lengths = new Map<number, number>();
  for (const { text, size } of pages.flat()) {
    const rounded = Math.round(size);
    lengths.set(rounded, (lengths.get(rounded) ?? 0) + text.length);
  }
  const body = Array.from(lengths).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  const larger = Array.from(lengths.keys()).filter((size) => size >= Math.max(body * 1.15, body + 1));
  larger.sort((a, b) => b - a);
  return new Map(larger.map((size, index) => [size, Math.min(index + 1, MAX_HEADING_LEVELS)]));
}

const isHeadingLike = ({ text, lineCount }: PdfParagraph): boolean =>
  text.length <= MAX_HEADING_LENGTH && lineCount <= 3 && /\p{L}{2}|[\p{Script=Han}\p{Script=Hangul}]/u.test(text);

async function readMetadata(document: PDFDocumentProxy): Promise<{ title?: string; meta: Record<string, string> }> {
  const meta: Record<string, string> = {};
  const { info } = await document.getMetadata().catch(() => ({ info: {} }));
  for (const [key, value] of Object.entries(info)) {
    if (typeof value !== 'string' || value.trim() === '') continue;
    if (['Title', 'Author', 'Subject', 'Keywords'].includes(key))
      meta[key.toLowerCase()] = value.trim().normalize('NFC');
  }
  const { title } = meta;
  return title !== undefined && isRealTitle(title) ? { title, meta } : { meta };
}

/** Word processors leave `untitled` and file names in the title. */
const isRealTitle = (title: string): boolean =>
  !/^(?:untitled|microsoft (?:word|powerpoint) - .*|.*\.(?:docx?|odt|indd|tex|dvi|pdf|rtf|pptx?|xlsx?))$/i.test(title);
