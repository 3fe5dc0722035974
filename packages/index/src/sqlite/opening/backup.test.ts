import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnSource } from '../../crash/source-child.js';
import { CORPUS, document, ENCODER, encode } from '../../fixtures.js';
import { openIndex } from '../../open-index.js';
import { storageError } from '../file/storage-error.js';
import { backupIndex } from './backup.js';

let folder: string;
let file: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-копия '));
  file = join(folder, 'index.db');
  mkdirSync(join(folder, 'sicher'));
  target = join(folder, 'sicher', '写し #1.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const code = (value: string) => expect.objectContaining({ code: value });
const write = () => openIndex({ file, mode: 'write', encoder: ENCODER, threads: 1 });
async function made(copies = 1) {
  const index = await write();
  for (let copy = 0; copy < copies; copy += 1) {
    for (const [path, texts] of Object.entries(CORPUS))
      await index.upsert(document(`${copy}/${path}`, texts), encode(...texts));
  }
  return index;
}
const kept = () => readdirSync(join(folder, 'sicher'));

describe('backupIndex', () => {
  it('copies an index at rest, and one that a writer has open with changes in its log', async () => {
    await (await made()).close();
    expect(await backupIndex({ file, target })).toMatchObject({ documents: 9, passages: 18 });
    const writer = await write();
    await writer.upsert(document('neu', ['Hefe']), encode('Hefe'));
    const progress: number[] = [];
    const report = await backupIndex({
      file,
      target,
      force: true,
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(report).toMatchObject({ documents: 10, passages: 19, bytes: readFileSync(target).length });
    await writer.delete('neu');
    await writer.close();
    expect(kept()).toEqual(['写し #1.db']);
    const copy = await openIndex({ file: target, mode: 'read', encoder: ENCODER });
    expect([(await copy.stats()).documents, await copy.check()]).toEqual([10, []]);
    expect((await copy.search({ mode: 'hybrid', text: 'Hefe', vectors: encode('Hefe') }))[0]?.path).toBe('neu');
    await copy.close();
  });

  it('holds one state while a writer changes the index all the time', async () => {
    await (await made(20)).close();
    const child = spawnSource('writer.ts', [file, '7', 'standard'], folder);
    await once(child.stdout!, 'data');
    for (let round = 0; round < 5; round += 1) {
      await backupIndex({ file, target, force: true });
      const copy = await openIndex({ file: target, mode: 'read' });
      expect(await copy.check()).toEqual([]);
      expect((await copy.ledger.files()).length).toBeGreaterThanOrEqual(180);
      await copy.close();
    }
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(kept()).toEqual(['写し #1.db']);
  }, 60_000);

  it('refuses a file that stands there, a folder, the index itself, and what has no folder', async () => {
    await (await made()).close();
    const cases = [
      [target, 'index.exists'],
      [join(folder, 'sicher'), 'index.cannot-open'],
      [file, 'index.cannot-open'],
      [join(folder, 'nirgends', 'a.db'), 'index.cannot-open'],
    ] as const;
    writeFileSync(target, 'mine');
    for (const [place, expected] of cases) {
      await expect(backupIndex({ file, target: place }), place).rejects.toThrowError(code(expected));
    }
    for (const [place, expected] of cases.slice(1)) {
      await expect(backupIndex({ file, target: place, force: true }), place).rejects.toThrowError(code(expected));
    }
    expect([readFileSync(target, 'utf8'), kept()]).toEqual(['mine', ['写し #1.db']]);
    await expect(backupIndex({ file: join(folder, 'none.db'), target: join(folder, 'x.db') })).rejects.toThrowError(
      code('index.not-found'),
    );
  });

  it('leaves no part of a copy when it is interrupted, and keeps what it would have replaced', async () => {
    await (await made(80)).close();
    writeFileSync(target, 'mine');
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(backupIndex({ file, target, force: true, signal: stop.signal, onProgress })).rejects.toThrowError(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect([readFileSync(target, 'utf8'), kept()]).toEqual(['mine', ['写し #1.db']]);
  });

  it('replaces an index with all that belonged to it, but not while somebody writes to it', async () => {
    await (await made()).close();
    copyFileSync(file, target);
    const other = await openIndex({ file: target, mode: 'write' });
    await other.delete('0/en/bread.md');
    await expect(backupIndex({ file, target, force: true })).rejects.toThrowError(code('index.busy'));
    await other.close();
    writeFileSync(`${target}-wal`, 'left behind');
    await backupIndex({ file, target, force: true });
    expect(kept()).toEqual(['写し #1.db', '写し #1.db.writer']);
    const copy = await openIndex({ file: target, mode: 'read' });
    expect([(await copy.stats()).documents, await copy.check()]).toEqual([9, []]);
    await copy.close();
  });

  it.skipIf(process.getuid?.() === 0)('says that a folder cannot be written', async () => {
    await (await made()).close();
    chmodSync(join(folder, 'sicher'), 0o555);
    await expect(backupIndex({ file, target })).rejects.toThrowError(code('index.read-only'));
    chmodSync(join(folder, 'sicher'), 0o755);
  });
});

it.skipIf(!existsSync('/usr/bin/prlimit'))(
  'says that files may not grow further, and keeps what is stored',
  async () => {
    await (await made()).close();
    const child = spawnSource('limited.ts', [file, target], folder, {}, ['prlimit', '--fsize=1500000']);
    const [output] = await Promise.all([text(child.stdout!), once(child, 'close')]);
    const said = JSON.parse(output) as { stored: number };
    expect(said).toMatchObject({ grow: 'index.file-limit' });
    const index = await openIndex({ file, mode: 'write' });
    expect([(await index.stats()).documents, await index.check()]).toEqual([9 + said.stored, []]);
    await index.close();
    expect(readdirSync(join(folder, 'sicher')).filter((name) => name.includes('partial'))).toEqual([]);
  },
  60_000,
);

describe('storageError', () => {
  it('names what storage lacks', () => {
    const named = (sqlite: string) => storageError(new Database.SqliteError('x', sqlite), file);
    expect(named('SQLITE_NOMEM')).toMatchObject({ code: 'index.memory' });
    expect(named('SQLITE_IOERR_NOMEM')).toMatchObject({ code: 'index.memory' });
    expect(named('SQLITE_FULL')).toMatchObject({ code: 'index.disk-full' });
    expect(named('SQLITE_IOERR_READ')).toMatchObject({
      code: 'index.storage',
      message: expect.stringMatching(/disk failed/),
    });
    const allocation = () => new Float32Array(2 ** 50);
    let thrown: unknown;
    try {
      allocation();
    } catch (error) {
      thrown = storageError(error, file);
    }
    expect(thrown).toMatchObject({ code: 'index.memory' });
  });
});
