/** Pages in nine settings of eight languages, each printed by Chromium, LibreOffice Writer and Typst (vertical ones: upTeX). */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readPdf } from './read-pdf.js';

const FOLDER = fileURLToPath(new URL('../../../../../fixtures/printed', import.meta.url));

interface Printed {
  /** One for each page, a phrase that a person reads on it. */
  readonly phrases: readonly string[];
  readonly pages: readonly string[];
}

const printed = JSON.parse(readFileSync(path.join(FOLDER, 'pages.json'), 'utf8')) as Record<string, Printed>;

const letters = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();

it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.pdf')))('%s is read as it is printed', async (name) => {
  const { phrases, pages } = printed[name.replace(/-[a-z]+\.pdf$/, '')]!;
  const { text, places } = await readPdf(new Uint8Array(readFileSync(path.join(FOLDER, name))));
  const [read, wanted] = [text, pages.join(' ')].map(letters) as [string, string];
  // Korean lines may break within words, and no file says whether a blank stood there.
  if (name.startsWith('ko-')) expect(read.replaceAll(' ', '')).toBe(wanted.replaceAll(' ', ''));
  else expect(read).toBe(wanted);
  const found = phrases.map((phrase) => {
    const at = text.replace(/\s/gu, ' ').indexOf(phrase);
    return places.findLast(({ start }) => start <= at)?.label;
  });
  expect(found).toEqual(['1', '2', '3']);
});
