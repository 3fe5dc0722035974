import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnSource } from '../../crash/source-child.js';
import { CORPUS, document, ENCODER, encode } from '../../fixtures.js';
import { type OpenIndexOptions, openIndex } from '../../open-index.js';
import type { MultivectorIndex } from '../../types.js';
import { SqliteIndex } from '../sqlite-index.js';
import { openForWriting } from './index-file.js';
import { FORMAT_VERSION } from './schema.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-файл '));
  file = join(folder, 'index.db');
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

const write = (options: Partial<OpenIndexOptions> = {}) =>
  openIndex({ file, mode: 'write', encoder: ENCODER, ...options });
const read = (options: Partial<OpenIndexOptions> = {}) => openIndex({ file, mode: 'read', ...options });
const code = (value: string) => expect.objectContaining({ code: value, message: expect.stringContaining(file) });
const fill = async (index: MultivectorIndex, copies = 1) => {
  for (let copy = 0; copy < copies; copy += 1) {
    for (const [path, texts] of Object.entries(CORPUS))
      await index.upsert(document(`${copy}/${path}`, texts), encode(...texts));
  }
};
async function made(copies = 1): Promise<void> {
  const index = await write();
  await fill(index, copies);
  await index.close();
}

describe('opening an index', () => {
  it('makes folders on the way, and leaves one file and an empty lock at rest', async () => {
    file = join(folder, 'новая', 'папка', '索引 #1%20?.db');
    await made();
    expect(await readdir(dirname(file))).toEqual(['索引 #1%20?.db', '索引 #1%20?.db.writer']);
    const index = await read({ encoder: ENCODER });
    expect(await index.stats()).toMatchObject({
      documents: 9,
      passages: 18,
      encoder: ENCODER,
      formatVersion: FORMAT_VERSION,
    });
    expect((await index.stats()).fileBytes).toBeGreaterThan(10_000);
    await index.close();
  });

  it('needs a file for reading, and an encoder for making one', async () => {
    await expect(read()).rejects.toThrowError(code('index.not-found'));
    await expect(openIndex({ file, mode: 'write' })).rejects.toThrowError(code('index.not-found'));
    expect(await readdir(folder)).toEqual([]);
    writeFileSync(file, '');
    await expect(read()).rejects.toThrowError(code('index.not-found'));
    await made();
    await (await openIndex({ file, mode: 'write' })).close();
  });

  it('refuses another encoder and says which one made the index', async () => {
    await made();
    const encoder = { ...ENCODER, name: 'other', fingerprint: 'beef' };
    for (const mode of ['read', 'write'] as const) {
      await expect(openIndex({ file, mode, encoder })).rejects.toThrowError(code('index.foreign-encoder'));
      await expect(openIndex({ file, mode, encoder })).rejects.toThrowError(/characters .*other .*cannot be compared/);
    }
    expect(await readdir(folder)).toEqual(['index.db', 'index.db.writer']);
  });

  it('keeps how tokens are pooled and how vectors are stored, and refuses to mix', async () => {
    const index = await write({ encoder: { ...ENCODER, poolFactor: 2 }, profile: 'compact' });
    await fill(index);
    await index.close();
    const one = write({ encoder: { ...ENCODER, poolFactor: 1 } });
    await expect(one).rejects.toThrowError(code('index.foreign-encoder'));
    await expect(one).rejects.toThrowError(/pooled by 2, not by 1/);
    await expect(write({ profile: 'standard' })).rejects.toThrowError(code('index.profile'));
    const again = await write({ profile: 'compact' });
    expect(await again.stats()).toMatchObject({ documents: 9, encoder: { ...ENCODER, poolFactor: 2 } });
    await again.close();
  });

  it('refuses what is no index of ours, and leaves it as it is', async () => {
    await made(30);
    const whole = readFileSync(file);
    const foreign = new Database(join(folder, 'other.db'));
    foreign.exec('CREATE TABLE mail (text)');
    foreign.close();
    const cases: Record<string, Buffer> = {
      text: Buffer.from('这不是数据库。'.repeat(400)),
      short: Buffer.from('SQLite'),
      'another program': readFileSync(join(folder, 'other.db')),
      'cut in the first page': whole.subarray(0, 700),
      'cut after some pages': whole.subarray(0, 3 * 8192),
      'cut within a page': whole.subarray(0, whole.length - 100),
      'header overwritten': Buffer.concat([Buffer.alloc(100, 7), whole.subarray(100)]),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      writeFileSync(file, bytes);
      for (const open of [read, write]) {
        await expect(open(), name).rejects.toThrowError(code('index.corrupt'));
        expect(readFileSync(file).equals(bytes), name).toBe(true);
      }
      expect((await readdir(folder)).sort(), name).toEqual(['index.db', 'index.db.writer', 'other.db']);
    }
  });

  it('names the place of damage that shows later', async () => {
    await made();
    const db = new Database(file);
    db.exec('UPDATE passage_vectors SET codes = zeroblob(length(codes)) WHERE passage_id = 5');
    db.close();
    const index = await read();
    await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(code('index.corrupt'));
    await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(/passage 5/);
    expect(await index.search({ mode: 'lexical', text: '発酵' })).not.toEqual([]);
    await index.close();
  });

  it('refuses a newer format', async () => {
    await made();
    const db = new Database(file);
    db.pragma(`user_version = ${FORMAT_VERSION + 1}`);
    db.close();
    await expect(read()).rejects.toThrowError(code('index.version'));
    await expect(write()).rejects.toThrowError(code('index.version'));
  });

  it('refuses a folder, and a path below a file', async () => {
    await made();
    for (const path of [folder, join(file, 'index.db')]) {
      for (const mode of ['read', 'write'] as const) {
        const opened = openIndex({ file: path, mode, encoder: ENCODER });
        await expect(opened).rejects.toThrowError(expect.objectContaining({ code: 'index.cannot-open' }));
      }
    }
  });
});

describe('writers and readers at the same time', () => {
  it('one writer, told apart by its process; the next may come when it is done', async () => {
    const first = await write();
    await expect(write()).rejects.toThrowError(code('index.busy'));
    await expect(write()).rejects.toThrowError(String(process.pid));
    await first.close();
    await (await write()).close();
  });

  it('shows readers each change, in memory or from the file', async () => {
    const writer = await write();
    await fill(writer);
    const readers = await Promise.all([read(), read({ memoryBytes: 0 })]);
    const found = async (query: string) =>
      Promise.all(
        readers.map(async (reader) => {
          const hits = await reader.search({ mode: 'hybrid', text: query, vectors: encode(query), limit: 100 });
          return [hits[0]?.text, hits.length];
        }),
      );
    const both = <T>(value: T) => [value, value];
    expect(await found('पहला')).toEqual(both([expect.any(String), 18]));
    await writer.upsert(document('new', ['पहला शब्द']), encode('पहला शब्द'));
    expect(await found('पहला शब्द')).toEqual(both(['पहला शब्द', 19]));
    for (const path of Object.keys(CORPUS)) await writer.delete(`0/${path}`);
    expect(await found('発酵')).toEqual(both(['पहला शब्द', 1]));
    await writer.upsert(document('new', ['दूसरा', 'तीसरा']), encode('दूसरा', 'तीसरा'));
    expect(await found('तीसरा')).toEqual(both(['तीसरा', 2]));
    for (const reader of readers) {
      await expect(reader.delete('new')).rejects.toThrowError(code('index.read-only'));
      expect(await reader.ledger.files()).toHaveLength(1);
    }
    await writer.close();
    await Promise.all(readers.map((reader) => reader.close()));
  });

  it('reads on while a writer comes and goes', async () => {
    await made();
    const reader = await read();
    expect((await reader.stats()).documents).toBe(9);
    const writer = await write();
    await writer.delete('0/en/bread.md');
    expect((await reader.stats()).documents).toBe(8);
    await writer.close();
    expect((await reader.stats()).documents).toBe(8);
    await reader.close();
  });
});

describe('a disk that takes no more', () => {
  it('keeps what is stored when it is full, and goes on when it is not', async () => {
    const opened = openForWriting(file, ENCODER);
    const index = new SqliteIndex(opened, { memoryBytes: 2 ** 24 });
    await fill(index);
    const before = await index.ledger.files();
    const pages = opened.db.pragma('page_count', { simple: true }) as number;
    opened.db.pragma(`max_page_count = ${pages}`);
    const big = Array.from({ length: 200 }, (_, i) => `${i} 面团需要发酵一整夜才能烘烤。`);
    const add = () => index.upsert(document('0/zh/面包.txt', big), encode(...big));
    await expect(add()).rejects.toThrowError(code('index.disk-full'));
    expect(await index.ledger.files()).toEqual(before);
    expect(await index.search({ mode: 'hybrid', text: '面团', vectors: encode('面团'), limit: 100 })).toHaveLength(18);
    opened.db.pragma('max_page_count = 100000');
    await add();
    expect((await index.stats()).passages).toBe(216);
    await index.close();
  });

  it('says that a file or a folder cannot be written, and still reads', async () => {
    await made();
    const before = readFileSync(file);
    chmodSync(file, 0o444);
    chmodSync(folder, 0o555);
    // Nothing is forbidden to the superuser: a child with fewer rights tries.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const cache = mkdtempSync(join(tmpdir(), 'glot-compiled-'));
    chmodSync(cache, 0o777);
    const child = spawnSource('read-only.ts', [file, join(folder, 'new', 'index.db')], cache, user);
    const [output] = await Promise.all([text(child.stdout!), once(child, 'close')]);
    rmSync(cache, { recursive: true });
    expect(JSON.parse(output)).toEqual({
      write: 'index.read-only',
      make: 'index.read-only',
      hits: 18,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });
});

describe('a file that breaks while it is open', () => {
  it('is told as damage, not as an answer', async () => {
    await made(30);
    const index = await read({ memoryBytes: 0 });
    truncateSync(file, 2 * 8192);
    await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/^index\.(corrupt|storage)$/) }),
    );
    await index.close();
  });
});
