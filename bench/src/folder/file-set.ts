import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLines } from '@glot/eval';

/** Folders that the files of a set are spread over evenly. */
export const FOLDERS = 10;

export interface FileSet {
  readonly files: number;
  /** Of the files as written. */
  readonly bytes: number;
}

const LANGUAGES: ReadonlySet<string> = new Set(['en', 'de', 'fr', 'es', 'pt', 'it', 'ar', 'zh', 'zh-hant', 'ja', 'ko']);

interface Row {
  readonly texts: Readonly<Record<string, string>>;
  readonly headings?: Readonly<Record<string, string>>;
}

/**
 * Writes `files` small documents in eleven languages, of one to three sections each: the same files for the same source,
 * whatever the machine. Seven of ten are Markdown, the others plain text or HTML.
 * @param source gzipped JSON lines of `{texts: {lang: text}, headings?: {lang: heading}}`
 */
export async function writeFileSet(source: string, files: number, folder: string): Promise<FileSet> {
  for (let at = 0; at < FOLDERS; at += 1) mkdirSync(join(folder, folderName(at)), { recursive: true });
  let bytes = 0;
  let written = 0;
  // Languages take turns, each with the sections that stand in line for it.
  const waiting = new Map<string, Section[]>();
  for await (const { text } of readLines(source)) {
    const { texts, headings } = JSON.parse(text) as Row;
    for (const [lang, body] of Object.entries(texts)) {
      if (!LANGUAGES.has(lang)) continue;
      const sections = waiting.get(lang) ?? [];
      waiting.set(lang, sections);
      sections.push({ heading: headings?.[lang] ?? body.split(/[\n.。:]/u, 1)[0]!.slice(0, 60), body });
      if (sections.length < 1 + (digit(written) % 3)) continue;
      // English has three times the rows of any other language.
      if (lang === 'en' && digit(body) % 3 > 0) {
        waiting.set(lang, []);
        continue;
      }
      bytes += write(join(folder, folderName(written % FOLDERS)), written, lang, sections.splice(0));
      written += 1;
      if (written === files) return { files, bytes };
    }
  }
  throw new Error(`${source} is enough for ${written} files, not for ${files}`);
}

export const folderName = (at: number): string => `part-${at}`;

interface Section {
  readonly heading: string;
  readonly body: string;
}

function write(folder: string, number: number, lang: string, sections: readonly Section[]): number {
  const kind = number % 10 < 7 ? 'md' : number % 10 < 9 ? 'txt' : 'html';
  const text = { md: markdown, txt: plain, html }[kind](sections);
  writeFileSync(join(folder, `${String(number).padStart(6, '0')}-${lang}.${kind}`), text);
  return Buffer.byteLength(text);
}

const markdown = (sections: readonly Section[]): string =>
  sections
    .map(({ heading, body }, at) => `${at === 0 ? '#' : '##'} ${heading}\n\n${body.replaceAll('\n', '\n\n')}\n`)
    .join('\n');

const plain = (sections: readonly Section[]): string =>
  sections.map(({ heading, body }) => `${heading}\n\n${body.replaceAll('\n', '\n\n')}\n`).join('\n');

function html(sections: readonly Section[]): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const blocks = sections.map(({ heading, body }, at) => {
    const level = at === 0 ? 1 : 2;
    const paragraphs = body.split('\n').map((line) => `<p>${escaped(line)}</p>`);
    return `<h${level}>${escaped(heading)}</h${level}>\n${paragraphs.join('\n')}\n`;
  });
  return `<!doctype html>\n<meta charset="utf-8">\n<title>${escaped(sections[0]!.heading)}</title>\n${blocks.join('')}`;
}

function digit(seed: number | string): number {
  return createHash('sha256').update(String(seed)).digest().readUInt32LE(0);
}
