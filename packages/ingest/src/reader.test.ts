import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { docxOf, pdfOf, zipOf } from '@glot/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createReader, type DocumentReader } from './reader.js';
import type { ReaderOptions } from './reader-options.js';
import { passageFaults } from './testing/passage-faults.js';
import type { FileEntry, IngestedDocument, SkippedFile } from './types.js';

let folder: string;
/** Starting workers from source takes a while, so tests without wishes of their own share one reader. */
const shared = createReader();
const readers: DocumentReader[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'glot-read-'));
});
afterAll(async () => {
  await shared.dispose();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.dispose()));
});

function reader(options?: ReaderOptions): DocumentReader {
  if (options === undefined) return shared;
  const made = createReader(options);
  readers.push(made);
  return made;
}

async function entryOf(name: string, content: string | Uint8Array): Promise<FileEntry> {
  const absolutePath = path.join(folder, name);
  await writeFile(absolutePath, content);
  const { size, mtimeMs, ctimeMs } = await stat(absolutePath);
  return { path: `docs/${name}`, absolutePath, sizeBytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs };
}

async function read(name: string, content: string | Uint8Array, options?: ReaderOptions): Promise<IngestedDocument> {
  const outcome = await reader(options).read(await entryOf(name, content));
  if (outcome.status !== 'read') throw new Error(JSON.stringify(outcome.skipped));
  expect(passageFaults(outcome.document.text, null, outcome.document.passages)).toEqual([]);
  return outcome.document;
}

async function skip(name: string, content: string | Uint8Array, options?: ReaderOptions): Promise<SkippedFile> {
  const outcome = await reader(options).read(await entryOf(name, content));
  if (outcome.status !== 'skipped') throw new Error(`read as ${outcome.document.format}`);
  expect(outcome.skipped.path).toBe(`docs/${name}`);
  expect(outcome.skipped.detail).not.toMatch(/\n|^$/);
  return outcome.skipped;
}

describe('reading files', () => {
  it('gives the document its hash, size, language and lines', async () => {
    const source = '---\ntitle: お茶\n---\n# 煎茶の淹れ方\n\n湯の温度で味が大きく変わります。\n';
    const document = await read('煎茶.md', source);
    expect(document).toMatchObject({
      path: 'docs/煎茶.md',
      format: 'markdown',
      title: 'お茶',
      text: source,
      lang: 'ja',
      meta: { title: 'お茶' },
      contentHash: createHash('sha256').update(source).digest('hex'),
      sizeBytes: Buffer.byteLength(source),
    });
    expect(document.passages).toMatchObject([{ lines: { first: 4, last: 6 }, page: null, headings: ['煎茶の淹れ方'] }]);
  });

  it('goes by the content where the name is wrong', async () => {
    expect((await read('page.txt', '<!doctype html><title>T</title><p>Ein Absatz über Brücken.')).format).toBe('html');
    expect((await read('page.pdf', '<html><body><p>Une page enregistrée sous un faux nom.')).format).toBe('html');
    expect((await read('paper.txt', pdfOf(['Saved under a wrong name']))).format).toBe('pdf');
    expect((await read('letter.bin2', docxOf('<w:p><w:r><w:t>편지입니다</w:t></w:r></w:p>'))).format).toBe('docx');
    expect(await skip('image.txt', Buffer.from('89504e470d0a1a0a0000', 'hex'))).toMatchObject({
      reason: 'unsupported-format',
      detail: expect.stringContaining('PNG'),
    });
    expect(await skip('data.docx', zipOf({ 'xl/workbook.xml': '<x/>' }))).toMatchObject({
      reason: 'unsupported-format',
      detail: expect.stringContaining('.xlsx'),
    });
  });

  it.each([
    ['empty.md', '', 'empty'],
    ['blank.txt', ' \n\t\r\n', 'empty'],
    ['noise.txt', Uint8Array.from({ length: 300 }, (_, at) => (at * 91) % 256), 'binary'],
    ['photo.jpeg', 'x', 'unsupported-format'],
    ['mail.eml', 'From: a@b', 'unsupported-format'],
    ['meta.html', '<!doctype html><html><head><title>nur Kopf</title></head><body></body></html>', 'no-text'],
    ['front.md', '---\ntitle: only\n---\n', 'no-text'],
    ['broken.pdf', '%PDF-1.4\nthis is not really one', 'malformed'],
    ['cut.docx', docxOf('<w:p/>').subarray(0, 120), 'malformed'],
    ['plain.docx', 'just text', 'malformed'],
    ['nothing.docx', docxOf('<w:p/>'), 'no-text'],
  ])('skips %s', async (name, content, reason) => {
    expect(await skip(name, content)).toMatchObject({ reason });
  });

  it('skips what is too large to be opened, gone or no file', async () => {
    expect(await skip('big.pdf', pdfOf(['x'.repeat(100)]), { limits: { maxFileBytes: 99 } })).toMatchObject({
      reason: 'too-large',
    });
    const entry = await entryOf('gone.md', 'x');
    await rm(entry.absolutePath);
    expect(await reader().read(entry)).toMatchObject({ skipped: { reason: 'vanished' } });
    expect(await reader().read({ ...entry, absolutePath: folder })).toMatchObject({
      skipped: { reason: 'not-a-file' },
    });
  });

  describe('of what is too long reads the beginning, and says so', () => {
    const log = Array.from({ length: 900 }, (_, at) => `2026-01-01 行${at} 満潮は六時、干潮は十二時。`).join('\n');

    it.each([
      ['passages', log, { maxPassages: 8 }, 8],
      ['characters', log, { maxTextLength: 5_000 }, null],
      ['bytes', log, { maxFileBytes: 9_001 }, null],
      ['bytes of UTF-16', Buffer.from(`\ufeff${log}`, 'utf16le'), { maxFileBytes: 9_001 }, null],
      ['bytes of one line', log.replaceAll('\n', ' '), { maxFileBytes: 9_000 }, null],
    ])('by %s', async (_what, content, limits, count) => {
      const { text, passages, shortfall } = await read('log.txt', content, { limits });
      expect(log.replaceAll('\n', ' ').startsWith(text.replaceAll('\n', ' '))).toBe(true);
      expect(text).toHaveLength(passages.at(-1)!.end);
      expect(text.length).toBeGreaterThan(1_000);
      expect(text.length).toBeLessThan(log.length / 2);
      const { last } = passages.at(-1)!.lines!;
      expect(shortfall).toEqual({ reason: 'partial', detail: expect.stringContaining(`up to line ${last};`) });
      if (count !== null) expect(passages).toHaveLength(count);
    });

    it('also of a page, whose first part is as it is in the whole', async () => {
      const page = Array.from({ length: 300 }, (_, at) => `<h2>第${at}章</h2><p>本文です。${at}</p>`).join('');
      const whole = await read('whole.html', page);
      const part = await read('part.html', page, { limits: { maxPassages: 20 } });
      expect(whole).not.toHaveProperty('shortfall');
      expect(part.shortfall).toMatchObject({ reason: 'partial', detail: expect.stringContaining('first 20 passages') });
      expect(part.passages).toEqual(whole.passages.slice(0, 20));
    });

    it('without counting the tokens of the rest', async () => {
      let counted = 0;
      const countTokens = (text: string) => {
        counted += text.length;
        return text.length / 4;
      };
      const long = 'It rained. '.repeat(400_000);
      await read('long.csv', long.replaceAll('. ', ',\n'), { countTokens, limits: { maxPassages: 20 } });
      await read('long.md', long, { countTokens, limits: { maxPassages: 20 } });
      expect(counted).toBeLessThan(long.length / 10);
    });
  });

  it('says of a file with the known hash that it is unchanged, without parsing it', async () => {
    const { absolutePath, ...entry } = await entryOf('same.pdf', pdfOf(['Die Flut steigt.']));
    const { contentHash } = await read('same.pdf', pdfOf(['Die Flut steigt.']));
    const impatient = reader({ limits: { parseTimeoutMs: 1 } });
    expect(await impatient.readChanged({ absolutePath, ...entry }, contentHash)).toEqual({ status: 'unchanged' });
    expect(await shared.readChanged({ absolutePath, ...entry }, 'other')).toMatchObject({ status: 'read' });
  });

  it('counts with the tokenizer it is given', async () => {
    const source = Array.from({ length: 40 }, (_, at) => `Satz Nummer ${at} steht hier.`).join(' ');
    const one = await read('a.md', source, { countTokens: () => 1, targetTokens: 50 });
    const many = await read('a.md', source, { countTokens: (text) => text.length, targetTokens: 50 });
    expect(one.passages).toHaveLength(1);
    expect(many.passages.length).toBeGreaterThan(10);
  });

  it('stops when the signal fires', async () => {
    const entry = await entryOf('a.md', 'x');
    await expect(reader().read(entry, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    const page = await entryOf('b.pdf', pdfOf(['x']));
    const controller = new AbortController();
    const reading = reader().read(page, controller.signal);
    setImmediate(() => controller.abort());
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('HTML', () => {
  it('keeps headings, lists and tables, and drops scripts, navigation and hidden parts', async () => {
    const { text, title, passages, lang } = await read(
      'seite.html',
      `<!doctype html><html lang="de"><head><title>Die Fähre</title><style>p{}</style></head><body>
       <nav><a href="/">Startseite</a></nav><script>document.write('böse')</script>
       <h1>Die Fähre</h1><p>Die Fähre legt um&nbsp;neun Uhr ab.<br>Sie kehrt um zehn zurück.</p>
       <h2>Preise</h2><ul><li>Kinder: 2 €</li><li>Erwachsene: 4 €</li></ul>
       <table><tr><th>Tag</th><th>Abfahrt</th></tr><tr><td>Mo</td><td>9:00</td></tr></table>
       <pre>a  b\n  c</pre><p hidden>versteckt</p><p style="display: none">auch</p></body></html>`,
    );
    expect(title).toBe('Die Fähre');
    expect(lang).toBe('de');
    expect(text).not.toMatch(/böse|Startseite|versteckt|auch/);
    expect(text).toContain('Kinder: 2 €\nErwachsene: 4 €');
    expect(text).toContain('Tag | Abfahrt\nMo | 9:00');
    expect(text).toContain('a  b\n  c');
    expect(passages.map(({ headings }) => headings.join(' > '))).toEqual(['Die Fähre', 'Die Fähre > Preise']);
    expect(passages.every(({ lines }) => lines === null)).toBe(true);
  });

  it('believes the charset that a page states of itself', async () => {
    const head = Buffer.from('<html><head><meta charset="shift_jis"></head><body><p>', 'latin1');
    const japanese = Buffer.from('907d8f918ad982cd8be38e9e94bc82c98a4a82ab82dc82b78142', 'hex');
    expect((await read('sjis.html', Buffer.concat([head, japanese]))).text).toBe('図書館は九時半に開きます。');
  });

  it('joins wrapped lines of Chinese and leaves ruby readings out', async () => {
    const { text } = await read(
      'r.html',
      '<p>图书馆每天上午\n九点开门。</p><p><ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>です</p>',
    );
    expect(text).toBe('图书馆每天上午九点开门。\n\n漢字です');
  });

  it('survives nesting without end', async () => {
    const outcome = await reader().read(await entryOf('deep.html', `${'<div>'.repeat(60_000)}tief`));
    expect(['read', 'skipped']).toContain(outcome.status);
  });
});

describe('PDF', () => {
  it('knows the page of each passage and the headings by their size', async () => {
    const { text, passages } = await read(
      'a.pdf',
      pdfOf(['# Tides', 'The sea rises.', '\f', '# Causeway', 'Cross early.']),
    );
    expect(text).toBe('Tides\n\nThe sea rises.\n\nCauseway\n\nCross early.');
    expect(passages).toMatchObject([
      { page: 1, headings: ['Tides'], lines: null },
      { page: 2, headings: ['Causeway'] },
    ]);
  });

  it('says when there is no text layer', async () => {
    expect(await skip('scan.pdf', pdfOf([]))).toMatchObject({ reason: 'no-text' });
  });
});

describe('DOCX', () => {
  const paragraph = (text: string, style = ''): string =>
    `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;

  it('reads headings, tables and properties', async () => {
    const cell = (text: string): string => `<w:tc>${paragraph(text)}</w:tc>`;
    const { text, title, meta, passages } = await read(
      'a.docx',
      docxOf(
        `${paragraph('دليل المكتبة', 'Heading1')}${paragraph('تفتح المكتبة في التاسعة.')}` +
          `<w:tbl><w:tr>${cell('اليوم')}${cell('الساعة')}</w:tr><w:tr>${cell('الأحد')}${cell('9')}</w:tr></w:tbl>`,
        { title: 'Führung &amp; Plan', creator: 'Ana' },
      ),
    );
    expect(text).toBe('دليل المكتبة\n\nتفتح المكتبة في التاسعة.\n\nاليوم | الساعة\nالأحد | 9');
    expect(title).toBe('Führung & Plan');
    expect(meta).toEqual({ title: 'Führung & Plan', author: 'Ana' });
    expect(passages[0]!.headings).toEqual(['دليل المكتبة']);
  });

  it('does not resolve external entities', async () => {
    const hostile = docxOf(
      paragraph('before &leak; after'),
      {},
      '<!DOCTYPE d [<!ENTITY leak SYSTEM "file:///etc/hostname">]>',
    );
    const outcome = await reader().read(await entryOf('xxe.docx', hostile));
    if (outcome.status === 'read') expect(outcome.document.text).toMatch(/^before.*after$/);
    else expect(outcome.skipped.reason).toBe('malformed');
  });

  it('does not unpack a zip bomb', async () => {
    const bomb = docxOf(`<w:p><w:r><w:t>${'0'.repeat(140 * 2 ** 20)}</w:t></w:r></w:p>`);
    expect(bomb.byteLength).toBeLessThan(2 ** 20);
    expect(await skip('bomb.docx', bomb)).toMatchObject({ reason: 'too-large' });
  });
});

describe('limits of the parser', () => {
  it('ends a parse that takes too long, and goes on with the next file', async () => {
    const slow = reader({ limits: { parseTimeoutMs: 1 } });
    expect(await slow.read(await entryOf('slow.pdf', pdfOf(['x'])))).toMatchObject({ skipped: { reason: 'timeout' } });
    expect(await slow.read(await entryOf('next.md', 'text'))).toMatchObject({ status: 'read' });
  });

  it('ends a parse that fills the heap, and goes on with the next file', async () => {
    const small = reader({ limits: { parseMemoryMegabytes: 80 } });
    const huge = await entryOf('huge.html', `<body>${'<p>viel <b>zu</b> viel</p>'.repeat(200_000)}`);
    expect(await small.read(huge)).toMatchObject({ skipped: { reason: 'out-of-memory' } });
    expect(await small.read(await entryOf('ok.html', '<p>Es geht weiter.'))).toMatchObject({ status: 'read' });
  });

  it('ends a parse whose buffers outgrow the process', async () => {
    const small = reader({ limits: { parseMemoryMegabytes: 120 } });
    const zeros = deflateSync(deflateSync(Buffer.alloc(600 * 2 ** 20, 0x20)));
    const bomb = await entryOf('bomb.pdf', pdfOf(['x'], { filter: '[/FlateDecode /FlateDecode]', content: zeros }));
    expect(await small.read(bomb)).toMatchObject({ skipped: { reason: 'out-of-memory' } });
  });

  it('reads many files at a time with two workers', async () => {
    const entries = await Promise.all(
      Array.from({ length: 8 }, (_, at) => entryOf(`n${at}.html`, `<p>número ${at}</p>`)),
    );
    const outcomes = await Promise.all(entries.map((entry) => shared.read(entry)));
    expect(outcomes.map((outcome) => outcome.status === 'read' && outcome.document.text)).toEqual(
      entries.map((_, at) => `número ${at}`),
    );
    await shared.dispose();
    expect(await shared.read(entries[0]!)).toMatchObject({ status: 'read' });
  });
});
