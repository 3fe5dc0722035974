/** Everything at hand is read: the corpus of this repository, and where it lies beside it, the shared collections. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createReader } from './reader.js';
import { passageFaults } from './testing/passage-faults.js';
import type { IngestedDocument, SkippedFile } from './types.js';
import { walkFiles } from './walk/walk-files.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CORPUS = path.join(ROOT, 'fixtures/corpus');
const SHARED = path.join(ROOT, '../shared/data');
const reader = createReader();

afterAll(() => reader.dispose());

interface Collection {
  readonly read: ReadonlyMap<string, IngestedDocument>;
  readonly skipped: ReadonlyMap<string, SkippedFile>;
}

/** Keys are paths below `folder`. */
async function readAll(folder: string): Promise<Collection> {
  const read = new Map<string, IngestedDocument>();
  const skipped = new Map<string, SkippedFile>();
  for await (const entry of walkFiles([folder])) {
    const name = path.relative(folder, entry.absolutePath).split(path.sep).join('/').normalize('NFC');
    const outcome = await reader.read(entry);
    if (outcome.status === 'skipped') skipped.set(name, outcome.skipped);
    else read.set(name, outcome.document);
  }
  return { read, skipped };
}

const faultsOf = ({ read }: Collection): string[] =>
  Array.from(read).flatMap(([name, { text, passages }]) =>
    passageFaults(text, null, passages).map((fault) => `${name}: ${fault}`),
  );

const LANGUAGE_OF_FOLDER = /^(?:fastapi|react-dev|tldr)\/([a-z]{2})\//;

describe('the corpus of this repository', () => {
  it.skipIf(!existsSync(CORPUS))('is read completely, in the right languages', async () => {
    const corpus = await readAll(CORPUS);
    expect(Array.from(corpus.skipped.values())).toEqual([]);
    expect(corpus.read.size).toBeGreaterThanOrEqual(60);
    expect(faultsOf(corpus)).toEqual([]);
    const languages = new Set(Array.from(corpus.read.values(), ({ lang }) => lang));
    expect(Array.from(languages).sort()).toEqual(['ar', 'de', 'en', 'es', 'fr', 'ja', 'ko', 'pt', 'zh']);
    for (const document of corpus.read.values()) expect(document.title, document.path).not.toBeNull();
  });

  it.skipIf(!existsSync(CORPUS))(
    "keeps Arabic of a browser's PDF in logical order, vowel signs at their letters",
    async () => {
      const { read } = await readAll(path.join(CORPUS, 'solar'));
      const { text } = read.get('مضخة-شمسية.pdf')!;
      expect(text).toContain('لا حاجة إلى بطاريات. يُرفع الماء نهاراً إلى خزان على تل صغير');
      const { read: firstAid } = await readAll(path.join(CORPUS, 'first-aid'));
      const kit = firstAid.get('حقيبة-الإسعاف.pdf')!.text;
      expect(kit).toContain('لأن حرارة الصيف تفسد اللاصق والمحلول');
      // A tagged list: an item a line.
      expect(kit).toContain('\nمقص غير مدبب وملقط.\nقفازات تكفي شخصين.\n');
    },
  );
});

describe('the shared documentation', () => {
  it.skipIf(!existsSync(path.join(SHARED, 'docs')))('is read completely, in the right languages', async () => {
    const docs = await readAll(path.join(SHARED, 'docs'));
    expect(docs.skipped.size).toBe(0);
    expect(docs.read.size).toBeGreaterThan(670);
    expect(faultsOf(docs)).toEqual([]);
    const wrong = Array.from(docs.read).filter(([name, { lang }]) => {
      const expected = LANGUAGE_OF_FOLDER.exec(name)?.[1];
      return expected !== undefined && lang !== expected;
    });
    // Some pages of react.dev are not translated, or hardly.
    expect(wrong.length).toBeLessThanOrEqual(16);
    for (const [name, { lang }] of wrong) expect([name, lang]).toEqual([expect.stringMatching(/^react-dev\//), 'en']);
    const page = docs.read.get('fastapi/zh/advanced/additional-responses.md')!;
    expect(page.passages[1]).toMatchObject({
      headings: ['OpenAPI 中的附加响应', '带有 model 的附加响应'],
      text: expect.stringMatching(/^## 带有 `model` 的附加响应 \{ #additional-response-with-model \}/),
    });
  });
});

/** What each file is skipped as; all others are read. */
const SKIPPED_MESSY: Readonly<Record<string, readonly string[]>> = {
  encrypted: ['issue15893_reduced', 'print_protection', '005-libreoffice-writer-password__libreoffice-writer-password'],
  malformed: ['REDHAT-1531897-0', 'bug1020226', 'poppler-395-0-fuzzed', 'poppler-742-0-fuzzed'],
  'no-text': [
    'GHOSTSCRIPT-698804-1-fuzzed',
    'PDFBOX-4352-0',
    'arial_unicode_ab_cidfont',
    'empty',
    'empty_protected',
    'ThuluthFeatures',
    'labelled_pages',
    '007-imagemagick-images__imagemagick-ASCII85Decode',
    '007-imagemagick-images__imagemagick-CCITTFaxDecode',
    '007-imagemagick-images__imagemagick-images',
    '007-imagemagick-images__imagemagick-lzw',
    'testHTML_head',
  ],
  binary: ['english.cp500', 'test_ignore_IBM420'],
};

describe('the messy files', () => {
  const folder = path.join(SHARED, 'messy');

  it.skipIf(!existsSync(folder))('are each read or skipped for the right reason', async () => {
    const messy = await readAll(folder);
    expect(messy.read.size + messy.skipped.size).toBe(120);
    expect(faultsOf(messy)).toEqual([]);

    const byReason: Record<string, string[]> = {};
    for (const [name, { reason }] of messy.skipped) {
      if (reason === 'unsupported-format') {
        expect(name).toMatch(/\.(?:docx?|odt|rtf|pages|xlsx?|ods|pptx?|odp|eml|mbox|msg|epub)$/);
        continue;
      }
      byReason[reason] ??= [];
      byReason[reason].push(path.basename(name, path.extname(name)));
    }
    for (const names of Object.values(byReason)) names.sort();
    expect(byReason).toEqual(
      Object.fromEntries(Object.entries(SKIPPED_MESSY).map(([reason, names]) => [reason, [...names].sort()])),
    );

    const textOf = (name: string): string => messy.read.get(name)?.text ?? '';
    expect(textOf('pdfjs/noembed-sjis.pdf')).toBe('あいうえお');
    expect(textOf('pdfjs/noembed-eucjp.pdf')).toBe('あいうえお');
    expect(textOf('pdfjs/vertical.pdf')).toBe('あいうえお日本語');
    expect(textOf('pdfjs/XiaoBiaoSong.pdf')).toMatch(/关于红军作战的原则…+ １/u);
    expect(textOf('pdfjs/ArabicCIDTrueType.pdf')).toMatch(/^انواع الخطوط العربية/);
    expect(textOf('pdfjs/issue5540.pdf')).toBe('ἄγγελος ἀγελεία');
    expect(textOf('tika/testTXT_win-1252.txt')).toContain('a “windows” encoding');
    expect(textOf('tika/testHTMLNoisyMetaEncoding_3.html')).toContain('وأعرب الاتحاد الجزائري');
    const article = messy.read.get('pdfjs/pdfjs_wikipedia.pdf')!;
    expect(article.passages.map(({ headings }) => headings.at(-1))).toEqual(
      expect.arrayContaining(['PDF.js', 'History and application', 'Behavior']),
    );
    expect(article.text).toContain('Stable release | 4.0.379[2] / December 31, 2023\n');
    expect(article.text).toMatch(
      /History and application\n\nPDF\.js was originally created as an extension for Firefox/,
    );
    const paper = messy.read.get('pdfjs/tracemonkey.pdf')!;
    expect(paper.title).toBe('Trace-based Just-in-Time Type Specialization for Dynamic Languages');
    expect(paper.passages.at(-1)!.page).toBe(14);
  });
});
