/** What a sync keeps, and what it takes out. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { createMemoryIndex, type MultivectorIndex } from '@glot/index';
import type { ReadLimits } from '@glot/ingest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { documentPaths } from '../files/document-path.js';
import { testEncoder } from '../testing/test-encoder.js';
import { syncFiles } from './sync.js';
import type { SyncOptions } from './types.js';

/** Errors that the file system gives from now on, by the end of a path. */
const faults = vi.hoisted(() => new Map<string, { readonly call: string; readonly code: string }>());

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const faulty = (call: 'lstat' | 'readFile' | 'readdir') =>
    ((path: string, ...rest: never[]) => {
      const end = [...faults.keys()].find((name) => String(path).endsWith(name));
      const fault = end === undefined ? undefined : faults.get(end);
      if (fault?.call === call) return Promise.reject(Object.assign(new Error(fault.code), { code: fault.code }));
      return (real[call] as (...all: unknown[]) => unknown)(path, ...rest);
    }) as never;
  return { ...real, lstat: faulty('lstat'), readFile: faulty('readFile'), readdir: faulty('readdir') };
});

let folder: string;
let index: MultivectorIndex;
let encoded: string[];
let encoder: Encoder;
beforeEach(async () => {
  faults.clear();
  folder = mkdtempSync(join(tmpdir(), 'glot-keep-'));
  encoded = [];
  encoder = testEncoder((texts) => encoded.push(...texts));
  const { name, fingerprint, dim } = encoder;
  index = await createMemoryIndex({ encoder: { name, fingerprint, dim } });
});
afterEach(async () => {
  await index.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const sync = (roots = ['docs'], options: SyncOptions = {}, limits?: ReadLimits) =>
  syncFiles(
    roots.map((root) => join(folder, root)),
    {
      index,
      paths: documentPaths(join(folder, 'index.db')),
      encoder: async () => encoder,
      ...(limits && { limits }),
    },
    options,
  );
const stored = async () => (await index.ledger.files()).flatMap(({ path, indexed }) => (indexed ? [path] : []));
const skips = async () => (await index.ledger.skippedFiles()).map(({ path, reason }) => [path, reason]);

describe('a reason that may pass', () => {
  it('keeps what is stored of a file, is told, and is tried again though the file is the same', async () => {
    write('docs/página.html', '<p>La marea sube dos veces al día.</p>');
    write('docs/b.md', 'Zwei Fähren fahren.');
    await sync();
    const late = await sync(['docs'], { force: true }, { parseTimeoutMs: 1 });
    expect(late.skipped).toMatchObject([{ path: expect.stringContaining('página'), reason: 'timeout', kept: true }]);
    expect(late).toMatchObject({ deleted: 0, updated: 1 });
    expect(await stored()).toEqual(['docs/b.md', 'docs/página.html']);
    expect(await skips()).toEqual([['docs/página.html', 'timeout']]);

    encoded = [];
    expect(await sync()).toMatchObject({ unchanged: 2, skipped: [] });
    expect([encoded, await skips()]).toEqual([[], []]);
  });

  it.each(['EIO', 'EMFILE', 'EACCES', 'ENOMEM'])('%s while reading a file that has changed', async (code) => {
    write('docs/あ.md', '橋は川を渡る。');
    await sync();
    write('docs/あ.md', '橋は谷を渡る。そして川も。');
    faults.set('あ.md', { call: 'readFile', code });
    const report = await sync();
    expect(report.skipped).toMatchObject([{ detail: expect.stringContaining(code), kept: true }]);
    expect((await index.get('docs/あ.md'))?.text).toBe('橋は川を渡る。');
    faults.clear();
    expect(await sync()).toMatchObject({ updated: 1, skipped: [] });
    expect((await index.get('docs/あ.md'))?.text).toContain('谷');
  });

  it('is tried again for a file that was never read', async () => {
    write('docs/a.md', 'One.');
    faults.set('a.md', { call: 'readFile', code: 'EIO' });
    expect((await sync()).skipped).toMatchObject([{ reason: 'unreadable' }]);
    expect(await skips()).toEqual([['docs/a.md', 'unreadable']]);
    faults.clear();
    expect(await sync()).toMatchObject({ added: 1, skipped: [] });
    expect(await skips()).toEqual([]);
  });

  it('takes a document out where the reason lies in the file', async () => {
    write('docs/a.md', 'One.');
    await sync();
    write(
      'docs/a.md',
      Uint8Array.from({ length: 300 }, (_, at) => (at * 91) % 256),
    );
    expect((await sync()).skipped).toMatchObject([{ reason: 'binary' }]);
    expect([await stored(), await skips()]).toEqual([[], [['docs/a.md', 'binary']]]);
  });
});

describe('what could not be looked at', () => {
  beforeEach(async () => {
    write('docs/a.md', 'One.');
    write('docs/unten/b.md', 'Zwei.');
    write('docs/unten/tief/c.md', 'ثلاثة.');
    await sync();
  });

  it.each([
    ['a file that may not be looked at', 'unten/b.md', 'lstat', 'EIO', 'docs/unten/b.md'],
    ['a folder that can be listed but not entered', 'unten/b.md', 'lstat', 'EACCES', 'docs/unten'],
    ['a folder that cannot be listed', 'docs/unten', 'readdir', 'EMFILE', 'docs/unten'],
    ['a folder that may not be looked at', 'docs/unten', 'lstat', 'EIO', 'docs/unten'],
  ])('%s: nothing is deleted', async (_what, end, call, code, told) => {
    faults.set(end, { call, code });
    const report = await sync();
    expect(report).toMatchObject({
      deleted: 0,
      skipped: [{ reason: 'unreadable', detail: expect.stringContaining(code) }],
    });
    expect(await stored()).toEqual(['docs/a.md', 'docs/unten/b.md', 'docs/unten/tief/c.md']);
    expect(await skips()).toEqual([[told, 'unreadable']]);
    faults.clear();
    expect(await sync()).toMatchObject({ unchanged: 3, deleted: 0, skipped: [] });
    expect(await skips()).toEqual([]);
  });
});

describe('documents that are gone', () => {
  const write30 = () => {
    for (let at = 0; at < 30; at++) write(`docs/${at}.md`, `Nummer ${at}.`);
  };

  it('stay while they are more than half of over twenty, and everything else is done', async () => {
    write30();
    await sync();
    for (let at = 0; at < 16; at++) rmSync(join(folder, `docs/${at}.md`));
    write('docs/neu.md', 'Neu.');
    expect(await sync()).toMatchObject({ added: 1, deleted: 0, missing: 16 });
    expect(await stored()).toHaveLength(31);
    expect(await sync(['docs'], { deleteMissing: true })).toMatchObject({ deleted: 16, missing: 0 });
    expect(await stored()).toHaveLength(15);
  });

  it('go without a question where they are fewer', async () => {
    write30();
    await sync();
    for (let at = 0; at < 15; at++) rmSync(join(folder, `docs/${at}.md`));
    expect(await sync()).toMatchObject({ deleted: 15, missing: 0 });
  });

  it('stay where a folder with over twenty of them stands empty, as a disk that is not mounted', async () => {
    write30();
    for (let at = 0; at < 50; at++) write(`rest/${at}.md`, `Rest ${at}.`);
    await sync(['docs', 'rest']);
    renameSync(join(folder, 'docs'), join(folder, 'away'));
    mkdirSync(join(folder, 'docs'));
    expect(await sync()).toMatchObject({ deleted: 0, missing: 30 });
    rmSync(join(folder, 'docs'), { recursive: true });
    renameSync(join(folder, 'away'), join(folder, 'docs'));
    expect(await sync()).toMatchObject({ unchanged: 30, missing: 0 });
  });

  it('are not those that have moved', async () => {
    write30();
    await sync();
    renameSync(join(folder, 'docs'), join(folder, 'neu'));
    mkdirSync(join(folder, 'docs'));
    expect(await sync(['docs', 'neu'])).toMatchObject({ moved: 30, deleted: 0, missing: 0 });
  });

  it('go with a named path that is gone itself, and others named along are brought up to date', async () => {
    write('old/reifen.md', 'Winterreifen.');
    write('notes/a.md', 'One.');
    await sync(['old', 'notes']);
    rmSync(join(folder, 'old'), { recursive: true });
    write('notes/b.md', 'Two.');
    const report = await sync(['old', 'notes']);
    expect(report).toMatchObject({ added: 1, deleted: 1, gone: [join(folder, 'old')] });
    expect(await stored()).toEqual(['notes/a.md', 'notes/b.md']);
    await expect(sync(['old', 'notes'])).rejects.toMatchObject({ code: 'ingest.not-found' });
  });
});

describe('changes', () => {
  it('are seen in a file of the same size and time', async () => {
    const past = new Date('2020-01-01');
    write('docs/miete.md', 'Die Miete ist 900 Euro.');
    utimesSync(join(folder, 'docs/miete.md'), past, past);
    await sync();
    write('docs/miete.md', 'Die Miete ist 950 Euro.');
    utimesSync(join(folder, 'docs/miete.md'), past, past);
    expect(await sync()).toMatchObject({ updated: 1 });
    expect(encoded.at(-1)).toContain('950');
  });

  it('are looked for by content where only the inode changed, once', async () => {
    write('docs/a.md', 'One.');
    await sync();
    chmodSync(join(folder, 'docs/a.md'), 0o600);
    encoded = [];
    expect(await sync()).toMatchObject({ unchanged: 1, updated: 0 });
    expect(encoded).toEqual([]);
    faults.set('a.md', { call: 'readFile', code: 'EIO' });
    expect(await sync()).toMatchObject({ unchanged: 1, skipped: [] });
  });

  it('are not looked for in what the second run finds as it was, whatever its format', async () => {
    write('docs/seite.html', '<p>Ein Absatz.</p>');
    for (const name of ['garden/阳台堆肥.docx', 'library/図書館利用案内.pdf']) {
      write(`docs/${name}`, await readFile(new URL(`../../../../fixtures/corpus/${name}`, import.meta.url)));
    }
    write('docs/a.pdf', '%PDF-1.4\nbroken');
    expect(await sync()).toMatchObject({ added: 3, skipped: [{ reason: 'malformed' }] });
    for (const end of ['.html', '.docx', '.pdf']) faults.set(end, { call: 'readFile', code: 'EIO' });
    expect(await sync()).toMatchObject({ unchanged: 3, skipped: [{ reason: 'malformed' }] });
  });

  it('count from an index that did not know of inodes: nothing is read again, and from then on it knows', async () => {
    write('docs/a.md', 'One.');
    await sync();
    const { size, mtimeMs, ctimeMs } = await lstat(join(folder, 'docs/a.md'));
    await index.ledger.write([
      { kind: 'stamp', stamp: { path: 'docs/a.md', sizeBytes: size, modifiedMs: mtimeMs, changedMs: 0 } },
    ]);
    faults.set('a.md', { call: 'readFile', code: 'EIO' });
    expect(await sync()).toMatchObject({ unchanged: 1, skipped: [] });
    expect((await index.ledger.files())[0]).toMatchObject({ changedMs: ctimeMs });
  });
});

describe('names', () => {
  const [composed, decomposed] = [`docs/${'학점.md'.normalize('NFC')}`, `docs/${'학점.md'.normalize('NFD')}`];

  it('that differ in composition only are two documents, under their names on disk', async () => {
    write(composed, 'The herons nest.');
    write(decomposed, 'The storks nest.');
    if (readdirSync(join(folder, 'docs')).length < 2) return; // this file system knows one of them only
    expect(await sync()).toMatchObject({ added: 2 });
    expect((await stored()).sort()).toEqual([composed, decomposed].sort());
    expect(await sync()).toMatchObject({ unchanged: 2, deleted: 0 });
    rmSync(join(folder, decomposed));
    expect(await sync()).toMatchObject({ unchanged: 1, deleted: 1 });
  });

  it('that an older index holds composed move to their names on disk, without encoding', async () => {
    write(decomposed, 'The storks nest.');
    await sync();
    await index.move(decomposed, composed);
    encoded = [];
    expect(await sync()).toMatchObject({ moved: 1, deleted: 0 });
    expect([await stored(), encoded]).toEqual([[decomposed], []]);
  });

  it.skipIf(process.platform !== 'linux')('that are no files, or no UTF-8, are told again by the index', async () => {
    write('docs/a.md', 'One.');
    execFileSync('mkfifo', [join(folder, 'docs/pipe.md')]);
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/docs/caf`), Buffer.from([0xe9]), Buffer.from('.md')]), 'x');
    symlinkSync('nowhere', join(folder, 'docs/link.md'));
    expect((await sync()).skipped).toHaveLength(2);
    expect(await skips()).toEqual([
      ['docs/caf\ufffd.md', 'name-encoding'],
      ['docs/pipe.md', 'not-a-file'],
    ]);
    expect((await sync()).skipped).toHaveLength(2);
    rmSync(join(folder, 'docs/pipe.md'));
    await sync();
    expect(await skips()).toEqual([['docs/caf\ufffd.md', 'name-encoding']]);
  });
});
