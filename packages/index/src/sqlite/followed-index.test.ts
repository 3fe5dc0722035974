import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isGlotError } from '@glot/errors';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { document, ENCODER, encode, stamp } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import type { MultivectorIndex } from '../types.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-подмена '));
  file = join(folder, 'index.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const other = () => join(folder, 'other.db');

/** An index whose passages all begin with `name`. */
async function make(path: string, name: string, documents: number, encoder = ENCODER): Promise<void> {
  const index = await openIndex({ file: path, mode: 'write', encoder, threads: 1 });
  for (let at = 0; at < documents; at += 1) await add(index, name, at);
  await index.close();
}

async function add(index: MultivectorIndex, name: string, at: number): Promise<void> {
  const texts = [`${name} ${at} 発酵`, `${name} ${at} العجين`];
  await index.upsert(document(`${name}/${at}`, texts), encode(...texts));
}

const read = () => openIndex({ file, mode: 'read', threads: 1 });

/** Names at the beginning of what is found. */
async function found(index: MultivectorIndex): Promise<string[]> {
  const hits = await index.search({ mode: 'hybrid', text: '発酵 العجين', vectors: encode('発酵 العجين'), limit: 1000 });
  return hits.map(({ text }) => text.split(' ', 2).join(' '));
}

const ways: Readonly<Record<string, () => void>> = {
  'renamed onto it': () => renameSync(other(), file),
  'copied onto it': () => writeFileSync(file, readFileSync(other())),
  'put there after it was removed': () => {
    rmSync(file);
    copyFileSync(other(), file);
  },
};

describe('another index that is put in the place of an open one', () => {
  for (const [way, replace] of Object.entries(ways)) {
    it(`is what every answer comes from (${way})`, async () => {
      await make(file, 'alt', 5);
      await make(other(), '新', 9);
      const index = await read();
      expect(new Set((await found(index)).map((name) => name.split(' ')[0]))).toEqual(new Set(['alt']));
      replace();
      const names = await found(index);
      expect([names.length, new Set(names.map((name) => name.split(' ')[0]))]).toEqual([18, new Set(['新'])]);
      expect([(await index.stats()).documents, await index.get('alt/0'), (await index.get('新/8'))?.path]).toEqual([
        9,
        null,
        '新/8',
      ]);
      await index.close();
    });

    it(`is seen though it has the very size and number of changes (${way})`, async () => {
      await make(file, 'alt', 5);
      await make(other(), 'neu', 5);
      const index = await read();
      await found(index);
      replace();
      expect(new Set((await found(index)).map((name) => name.split(' ')[0]))).toEqual(new Set(['neu']));
      await index.close();
    });

    it(`is an older state of itself, written to since (${way})`, async () => {
      await make(file, 'a', 4);
      copyFileSync(file, other());
      const writer = await openIndex({ file, mode: 'write', threads: 1 });
      for (let at = 4; at < 8; at += 1) await add(writer, 'b', at);
      await writer.close();
      const index = await read();
      expect(await found(index)).toHaveLength(16);
      const restored = await openIndex({ file: other(), mode: 'write', threads: 1 });
      for (let at = 4; at < 8; at += 1) await add(restored, 'c', at);
      await restored.close();
      replace();
      const names = await found(index);
      expect(names).toHaveLength(16);
      expect(new Set(names.map((name) => name.split(' ')[0]))).toEqual(new Set(['a', 'c']));
      await index.close();
    });
  }

  it('may come in pieces while searches run: no answer is of both', async () => {
    await make(file, 'alt', 40);
    await make(other(), 'neu', 60);
    const bytes = readFileSync(other());
    const index = await read();
    await found(index);
    const answers: string[] = [];
    const copied = (async () => {
      const descriptor = openSync(file, 'w');
      for (let at = 0; at < bytes.length; at += 8192) {
        writeSync(descriptor, bytes, at, Math.min(8192, bytes.length - at));
        await setImmediate();
      }
      closeSync(descriptor);
    })();
    for (let search = 0; search < 5; search += 1) {
      const names = await found(index).catch((error: unknown) => [isGlotError(error) ? 'typed' : String(error)]);
      answers.push([...new Set(names.map((name) => name.split(' ')[0]))].join('+') + names.length);
    }
    await copied;
    for (const answer of answers) expect(['alt80', 'neu120', 'typed1']).toContain(answer);
    expect(await found(index)).toHaveLength(120);
    await index.close();
  });

  it('must be of the encoder that the reader has', async () => {
    await make(file, 'alt', 2);
    await make(other(), 'neu', 2, { ...ENCODER, name: 'another', fingerprint: 'beef' });
    const index = await read();
    index.requireEncoder(ENCODER);
    renameSync(other(), file);
    await expect(found(index)).rejects.toThrowError(expect.objectContaining({ code: 'index.foreign-encoder' }));
    await expect(index.ledger.files()).rejects.toThrowError(expect.objectContaining({ code: 'index.foreign-encoder' }));
    await index.close();
  });

  it('is told as damage where it is no index', async () => {
    await make(file, 'alt', 2);
    const index = await read();
    writeFileSync(file, '發酵'.repeat(9000));
    await expect(index.ledger.files()).rejects.toThrowError(expect.objectContaining({ code: 'index.corrupt' }));
    await index.close();
  });

  it('gets nothing of what a writer has for the one before', async () => {
    await make(file, 'alt', 2);
    await make(other(), 'neu', 2);
    const writer = await openIndex({ file, mode: 'write', threads: 1 });
    await add(writer, 'alt', 3);
    renameSync(other(), file);
    for (const change of [
      () => add(writer, 'alt', 4),
      () => writer.delete('alt/0'),
      () => writer.ledger.write([stamp('alt/1', 1, 1)]),
    ]) {
      await expect(change()).rejects.toThrowError(expect.objectContaining({ code: 'index.replaced' }));
    }
    await expect(writer.optimize()).rejects.toThrowError(expect.objectContaining({ code: 'index.replaced' }));
    await writer.close();
    const index = await read();
    expect([(await index.stats()).documents, await index.check()]).toEqual([2, []]);
    await index.close();
  });
});

it('reads on what was removed, until another comes', async () => {
  await make(file, 'alt', 2);
  const index = await read();
  rmSync(file);
  expect(await found(index)).toHaveLength(4);
  await make(file, 'neu', 3);
  expect(await found(index)).toHaveLength(6);
  await index.close();
});

describe('a journal that a killed writer left', () => {
  /** The file in the midst of a transaction of another kind of journal, as a kill leaves it. */
  function halfWritten(): void {
    copyFileSync(file, other());
    const db = new Database(other());
    db.pragma('cache_size = 1');
    db.exec(`BEGIN IMMEDIATE; UPDATE passage SET text = 'half'; UPDATE passage_vectors SET codes = zeroblob(9000)`);
    copyFileSync(other(), file);
    copyFileSync(`${other()}-journal`, `${file}-journal`);
    db.close();
  }

  it('is rolled back by whoever opens the index', async () => {
    await make(file, 'alt', 20);
    halfWritten();
    const index = await read();
    expect((await found(index)).every((name) => name.startsWith('alt '))).toBe(true);
    expect([(await index.stats()).documents, await index.check()]).toEqual([20, []]);
    await index.close();
  });

  it('is rolled back by a reader that was there before', async () => {
    await make(file, 'alt', 20);
    for (const look of [
      found,
      async (index: MultivectorIndex) => (await index.get('alt/0'))!.passages,
      async (index: MultivectorIndex) => index.ledger.files(),
    ]) {
      const index = await read();
      const before = await look(index);
      halfWritten();
      expect(await look(index)).toEqual(before);
      await index.close();
    }
  });
});

it('explains a hit by the weights that the search was asked with', async () => {
  const index = await openIndex({ file, mode: 'write', encoder: ENCODER, threads: 1 });
  const texts = [...Array.from({ length: 20 }, (_, at) => `dough number ${at}`), 'rye dough'];
  await index.upsert(document('dough', texts), encode(...texts));
  await index.close();
  const text = 'rye dough';
  const tokenOffsets = [...text].flatMap((one, at) => (one === ' ' ? [] : [{ start: at, end: at + 1 }]));
  const asked = { text, reading: { tokenOffsets } };
  const reader = await read();
  const [hit] = await reader.search({ mode: 'semantic', vectors: encode(text), ...asked });
  const matches = (await reader.explain(hit!.passageId, encode(text), asked))!;
  expect(matches[0]!.weight).toBeGreaterThan(2 * matches[7]!.weight);
  await reader.close();
});
