/**
 * DOCX through mammoth: headings, lists, tables, notes and comments become HTML, which is then read as blocks. What mammoth
 * drops is written into the markup as plain text before (`docx-markup.ts`).
 */
import { zipSync } from 'fflate';
import { parseHTML } from 'linkedom';
import mammoth from 'mammoth';
import type { Extraction } from '../../extraction.js';
import type { Note } from '../../notes.js';
import { type ZipEntry, zipEntries } from '../../zip/zip.js';
import { addHtmlBlocks, type HtmlNode } from '../html/html-blocks.js';
import { Refused } from '../refused.js';
import { TextBuilder } from '../text-builder.js';
import { rewriteMarkup } from './docx-markup.js';
import { mainPart, markupParts, partName } from './docx-package.js';

export async function readDocx(bytes: Uint8Array): Promise<Extraction> {
  const entries = zipEntries(bytes);
  if (entries === null) throw new Refused('malformed', 'no Word document: the zip structure is missing');
  const { parts, damaged } = markupParts(bytes, entries);
  const main = mainPart(bytes, entries) ?? 'word/document.xml';
  const changed = rewriteMarkup(parts, main);
  const oddNames = entries.some(({ name }) => partName(name) !== name);
  // Only what holds text goes into the package that is made anew: images stay behind.
  const source =
    changed.size > 0 || oddNames ? zipSync(Object.fromEntries([...parts, ...changed]), { level: 0 }) : bytes;
  const { value: html } = await mammoth.convertToHtml(
    { buffer: Buffer.from(source.buffer, source.byteOffset, source.byteLength) },
    {
      styleMap: [
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Subtitle'] => h2:fresh",
        'comment-reference => sup',
      ],
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    },
  );
  const builder = new TextBuilder();
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  addHtmlBlocks(document.body as unknown as HtmlNode, builder);
  if (builder.length === 0) throw new Refused('no-text', 'a Word document without text');
  const meta = readProperties(parts);
  const firstHeading = builder.blocks.find(({ kind }) => kind === 'heading')?.heading;
  return {
    text: builder.text,
    title: meta.title ?? firstHeading ?? null,
    meta,
    blocks: builder.blocks,
    places: [],
    hasLines: false,
    declaredLang: null,
    notes: notesOf(entries, damaged),
  };
}

/** Files within the file. Fonts, pictures and settings are none. */
const EMBEDDED = /^word\/(?:embeddings\/.+|(?:afchunk|htmlDoc)[^/]*)$/i;

function notesOf(entries: readonly ZipEntry[], damaged: readonly string[]): Note[] {
  const notes: Note[] = [];
  if (damaged.length > 0) {
    notes.push({ kind: 'damaged-parts', detail: `cannot be unpacked: ${damaged.join(', ')}` });
  }
  const embedded = entries.map(({ name }) => partName(name)).filter((name) => EMBEDDED.test(name));
  if (embedded.length > 0) notes.push({ kind: 'left-out', detail: `embedded files: ${embedded.join(', ')}` });
  return notes;
}

const PROPERTIES = { title: 'dc:title', author: 'dc:creator', subject: 'dc:subject', keywords: 'cp:keywords' };

function readProperties(parts: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  const meta: Record<string, string> = {};
  const xml = new TextDecoder().decode(parts.get('docProps/core.xml'));
  for (const [key, tag] of Object.entries(PROPERTIES)) {
    const value = new RegExp(`<${tag}(?:\\s[^>]*)?>([^<]*)</${tag}>`).exec(xml)?.[1];
    const text = value === undefined ? '' : decodeEntities(value).trim().normalize('NFC');
    if (text !== '') meta[key] = text;
  }
  return meta;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const codePoint = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : whole;
  });
