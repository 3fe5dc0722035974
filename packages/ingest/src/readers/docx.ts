/** DOCX through mammoth: headings, lists, tables and notes become HTML, which is then read as blocks. */
import { parseHTML } from 'linkedom';
import mammoth from 'mammoth';
import type { Extraction } from '../extraction.js';
import { inflateEntry, type ZipEntry, zipEntries } from '../sniff/zip.js';
import { addHtmlBlocks, type HtmlNode } from './html-blocks.js';
import { Refused } from './refused.js';
import { TextBuilder } from './text-builder.js';

/** Markup of a document of a thousand pages is about 20 MB; beyond this it is a bomb or nothing for one parser. */
const MAX_UNPACKED_BYTES = 128 * 2 ** 20;

export async function readDocx(bytes: Uint8Array): Promise<Extraction> {
  const entries = zipEntries(bytes) ?? [];
  checkSizes(bytes, entries);
  const { value: html } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
    {
      styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => h2:fresh"],
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    },
  );
  const builder = new TextBuilder();
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  addHtmlBlocks(document.body as unknown as HtmlNode, builder);
  if (builder.length === 0) throw new Refused('no-text', 'a Word document without text');
  const meta = readProperties(bytes, entries);
  const firstHeading = builder.blocks.find(({ kind }) => kind === 'heading')?.heading;
  return {
    text: builder.text,
    title: meta.title ?? firstHeading ?? null,
    meta,
    blocks: builder.blocks,
    places: [],
    hasLines: false,
    declaredLang: null,
  };
}

/** Unpacks the markup once under a limit, since the sizes that a zip file states may be lies. Images stay packed. */
function checkSizes(bytes: Uint8Array, entries: readonly ZipEntry[]): void {
  let room = MAX_UNPACKED_BYTES;
  for (const entry of entries.filter(({ name }) => /\.(?:xml|rels)$/i.test(name))) {
    const unpacked = inflateEntry(bytes, entry, room);
    if (unpacked === 'too-large') {
      throw new Refused('too-large', `${entry.name} unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
    }
    if (unpacked !== 'damaged') room -= unpacked.byteLength;
  }
}

const PROPERTIES = { title: 'dc:title', author: 'dc:creator', subject: 'dc:subject', keywords: 'cp:keywords' };

function readProperties(bytes: Uint8Array, entries: readonly ZipEntry[]): Record<string, string> {
  const meta: Record<string, string> = {};
  const entry = entries.find(({ name }) => name === 'docProps/core.xml');
  const unpacked = entry === undefined ? 'damaged' : inflateEntry(bytes, entry, 2 ** 20);
  if (typeof unpacked === 'string') return meta;
  const xml = new TextDecoder().decode(unpacked);
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
