import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { createMemoryIndex, type MultivectorIndex } from '@glot/index';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { documentPaths } from '../files/document-path.js';
import { testEncoder } from '../testing/test-encoder.js';
import { syncFiles } from './sync.js';
import type { SyncOptions, SyncProgress } from './types.js';

let folder: string;
let index: MultivectorIndex;
let encoded: string[];
let loads: number;
/** How often the index was arranged before each. */
let releases: number[];
let compact: MockInstance<MultivectorIndex['optimize']>;
let encoder: Encoder;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-sync-'));
  encoded = [];
  loads = 0;
  releases = [];
  encoder = testEncoder((texts) => encoded.push(...texts));
  const { name, fingerprint, dim } = encoder;
  index = await createMemoryIndex({ encoder: { name, fingerprint, dim } });
  compact = vi.spyOn(index, 'optimize');
});
afterEach(async () => {
  await index.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string, secondsAgo = 60): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(file, time, time);
}

const sync = (roots = ['docs'], options: SyncOptions = {}) =>
  syncFiles(
    roots.map((root) => join(folder, root)),
    {
      index,
      paths: documentPaths(join(folder, 'index.db')),
      encoder: async () => {
        loads++;
        return encoder;
      },
      releaseEncoder: async () => {
        releases.push(compact.mock.calls.length);
      },
    },
    options,
  );
const stored = async () => (await index.ledger.files()).map(({ path }) => path);

describe('syncFiles', () => {
  it('gives the memory of the encoder back before the index is arranged, where it is not to be kept', async () => {
    write('docs/a.md', '# 橋\n\n橋は川を渡る。\n');
    await sync(['docs'], { keepEncoder: false });
    // Nothing was encoded: there is none to be freed.
    await sync(['docs'], { keepEncoder: false });
    write('docs/a.md', '# 橋\n\n橋は海を渡る。\n', 30);
    await sync();
    expect(releases).toEqual([0]);
  });

  it('stores new files, re-encodes changed ones alone, and drops those that are gone', async () => {
    write('docs/a.md', '# 橋\n\n橋は川を渡る。\n');
    write('docs/b/b.txt', 'The mill stands by the river.\n');
    write('docs/c.md', 'يفيض النهر كل ربيع.\n');
    expect(await sync()).toMatchObject({ files: 3, added: 3, updated: 0, unchanged: 0, deleted: 0, passages: 3 });

    encoded = [];
    write('docs/c.md', 'يفيض النهر كل شتاء.\n', 30);
    rmSync(join(folder, 'docs/a.md'));
    expect(await sync()).toMatchObject({ files: 2, added: 0, updated: 1, unchanged: 1, deleted: 1 });
    expect(encoded).toEqual(['يفيض النهر كل شتاء.']);
    expect(await stored()).toEqual(['docs/b/b.txt', 'docs/c.md']);
  });

  it('loads no encoder where nothing changed', async () => {
    write('docs/a.md', 'Etwas Text.');
    await sync();
    expect(loads).toBe(1);
    expect(await sync()).toMatchObject({ unchanged: 1, tokens: 0 });
    expect(loads).toBe(1);
  });

  it('encodes nothing where only the time of a file changed, and remembers the new time', async () => {
    write('docs/a.md', 'Etwas Text.');
    await sync();
    write('docs/a.md', 'Etwas Text.', 10);
    encoded = [];
    expect(await sync()).toMatchObject({ unchanged: 1, updated: 0 });
    expect(encoded).toEqual([]);
    loads = 0;
    await sync();
    expect(loads).toBe(0);
  });

  it('keeps the vectors of files in a renamed folder, but not where a name means another format', async () => {
    write('docs/alt/a.md', '# 橋\n\n橋は川を渡る。\n');
    write('docs/alt/b.txt', 'The mill stands by the river.');
    write('docs/alt/c.txt', 'يفيض النهر كل ربيع.');
    await sync();
    const before = await index.get((await stored())[0]!);
    encoded = [];
    renameSync(join(folder, 'docs/alt'), join(folder, 'docs/neu'));
    renameSync(join(folder, 'docs/neu/c.txt'), join(folder, 'docs/neu/c.md'));
    expect(await sync()).toMatchObject({ added: 1, moved: 2, updated: 0, unchanged: 0, deleted: 1, tokens: 1 });
    expect(encoded).toEqual(['يفيض النهر كل ربيع.']);
    expect(await stored()).toEqual(['docs/neu/a.md', 'docs/neu/b.txt', 'docs/neu/c.md']);
    expect(await index.get((await stored())[0]!)).toMatchObject({ id: before!.id, text: before!.text });
  });

  it('encodes a copy of a file that is still there', async () => {
    write('docs/a.md', 'Etwas Text.');
    await sync();
    write('docs/b.md', 'Etwas Text.');
    expect(await sync()).toMatchObject({ added: 1, moved: 0, unchanged: 1, deleted: 0 });
    expect(await stored()).toEqual(['docs/a.md', 'docs/b.md']);
  });

  it('reads on while the encoder is at work, but not without bound', async () => {
    for (let at = 0; at < 600; at += 1) write(`docs/${at}.txt`, `Zeile ${at}.`);
    const waiting: (() => void)[] = [];
    const { encodeDocuments } = encoder;
    encoder.encodeDocuments = async (texts, options) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return encodeDocuments.call(encoder, texts, options);
    };
    const running = sync();
    await vi.waitFor(() => expect(waiting).toHaveLength(2), { timeout: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(waiting).toHaveLength(2);
    const answer = setInterval(() => waiting.shift()?.(), 1);
    expect(await running).toMatchObject({ added: 600 });
    clearInterval(answer);
  });

  it('encodes a long document in parts, and stores it whole', async () => {
    const lines = Array.from({ length: 6000 }, (_, at) => `Satz ${at}: 潮は一日に二度満ちます。`);
    write('docs/a.md', lines.join('\n\n'));
    write('docs/b.md', 'Kurz.');
    const parts: number[] = [];
    encoder = testEncoder((texts) => {
      parts.push(texts.length);
      encoded.push(...texts);
    });
    const states: SyncProgress[] = [];
    const report = await sync(['docs'], { onProgress: (state) => states.push(state) });
    expect(report.added).toBe(2);
    expect(Math.max(...parts)).toBeLessThan(100);
    expect(parts.length).toBeGreaterThan(3);
    const texts = ['docs/a.md', 'docs/b.md'].map(async (path) =>
      (await index.get(path))!.passages.map(({ text }) => text),
    );
    const passages = (await Promise.all(texts)).flat();
    expect(encoded).toEqual(passages);
    expect(report.passages).toBe(passages.length);
    // Told of while it is encoded.
    const halfWay = states.filter(
      ({ phase, filesDone, passages: done }) => phase === 'index' && !filesDone && done > 0,
    );
    expect(halfWay.length).toBeGreaterThan(1);
  });

  it('reads and encodes all again when told to', async () => {
    write('docs/a.md', 'Etwas Text.');
    await sync();
    encoded = [];
    expect(await sync(['docs'], { force: true })).toMatchObject({ added: 0, updated: 1, unchanged: 0 });
    expect(encoded).toEqual(['Etwas Text.']);
  });

  it('touches only what lies below the given paths', async () => {
    write('docs/a.md', 'One.');
    write('notes/b.md', 'Two.');
    await sync(['docs', 'notes']);
    rmSync(join(folder, 'notes/b.md'));
    expect(await sync(['docs'])).toMatchObject({ deleted: 0 });
    expect(await stored()).toEqual(['docs/a.md', 'notes/b.md']);
    expect(await sync(['docs', 'notes'])).toMatchObject({ deleted: 1 });
  });

  it('reports each skipped file again without opening it again, until it changes', async () => {
    write('docs/bad.pdf', '%PDF-1.7\nnot really');
    expect((await sync()).skipped).toMatchObject([{ reason: 'malformed' }]);
    loads = 0;
    expect(await sync()).toMatchObject({ unchanged: 0, skipped: [{ reason: 'malformed' }] });
    expect(loads).toBe(0);
    write('docs/bad.pdf', 'plain text under a wrong name', 10);
    await sync();
    expect(await index.ledger.skippedFiles()).toMatchObject([{ path: 'docs/bad.pdf', sizeBytes: 29 }]);
    rmSync(join(folder, 'docs/bad.pdf'));
    await sync();
    expect(await index.ledger.skippedFiles()).toEqual([]);
  });

  it('does not take the index itself for a document', async () => {
    write('a.md', 'One.');
    for (const name of ['index.db', 'index.db-wal', 'index.db.writer']) write(name, 'SQLite');
    expect(await sync(['.'])).toMatchObject({ files: 1, skipped: [] });
  });

  it('follows no link below a folder, and ends where links go round in circles', async () => {
    write('docs/a.md', 'One.');
    symlinkSync('..', join(folder, 'docs/up'));
    symlinkSync('a.md', join(folder, 'docs/alias.md'));
    expect(await sync()).toMatchObject({ files: 1, added: 1, skipped: [] });
  });

  it('tells how far it is, up to the end', async () => {
    for (let at = 0; at < 5; at++) write(`docs/${at}.md`, `Nummer ${at}. ${'Noch ein Satz. '.repeat(200 * at)}`);
    const states: SyncProgress[] = [];
    await sync(['docs'], { onProgress: (state) => states.push(state) });
    const indexing = states.filter(({ phase }) => phase === 'index');
    expect(states[0]).toMatchObject({ phase: 'walk', filesTotal: null });
    expect(indexing.at(-1)).toMatchObject({ filesDone: 5, filesTotal: 5 });
    expect(indexing.at(-1)!.bytesDone).toBe(indexing.at(-1)!.bytesTotal);
    // The long batch tells of itself before it is stored.
    expect(indexing.some(({ filesDone, passages }) => filesDone === 0 && passages > 0)).toBe(true);
    for (let at = 1; at < indexing.length; at++) {
      expect(indexing[at]!.bytesDone).toBeGreaterThanOrEqual(indexing[at - 1]!.bytesDone);
    }
  });

  it('keeps what is stored when interrupted, and goes on from there', async () => {
    for (let at = 0; at < 30; at++) write(`docs/${at}.md`, `Nummer ${at}. ${'Noch ein Satz mehr. '.repeat(600)}`);
    const stop = new AbortController();
    const onProgress = ({ filesDone, phase }: SyncProgress) => {
      if (phase === 'index' && filesDone >= 10) stop.abort();
    };
    await expect(sync(['docs'], { signal: stop.signal, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
    const kept = (await stored()).length;
    expect(kept).toBeGreaterThanOrEqual(10);
    expect(kept).toBeLessThan(30);
    expect(await sync()).toMatchObject({ unchanged: kept, added: 30 - kept });
  });

  it('keeps what is removed when interrupted, and goes on from there', async () => {
    for (let at = 0; at < 60; at++) write(`docs/${at}.md`, `Nummer ${at}.`);
    await sync();
    for (let at = 5; at < 60; at++) rmSync(join(folder, `docs/${at}.md`));
    const fast = index.write.bind(index);
    index.write = (changes) => {
      for (const until = performance.now() + 10 * changes.length; performance.now() < until; );
      return fast(changes);
    };
    const stop = new AbortController();
    const states: SyncProgress[] = [];
    const onProgress = (state: SyncProgress) => {
      if (state.phase !== 'delete') return;
      states.push(state);
      stop.abort();
    };
    const interrupted = sync(['docs'], { signal: stop.signal, onProgress, deleteMissing: true });
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' });
    expect(states).toMatchObject([{ filesTotal: 55, path: expect.stringMatching(/\.md$/) }]);
    const left = (await stored()).length;
    expect(left).toBe(60 - states[0]!.filesDone);
    expect(left).toBeGreaterThan(5);
    expect(await sync(['docs'], { deleteMissing: true })).toMatchObject({ deleted: left - 5 });
  });

  it('changes nothing where a path is missing', async () => {
    write('docs/a.md', 'One.');
    await sync();
    rmSync(join(folder, 'docs/a.md'));
    await expect(sync(['docs', 'nirgends'])).rejects.toMatchObject({ code: 'ingest.not-found' });
    expect(await stored()).toEqual(['docs/a.md']);
  });
});
