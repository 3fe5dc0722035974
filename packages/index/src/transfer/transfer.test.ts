import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
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
import { unknownRows } from '@glot/kernels';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnSource } from '../crash/source-child.js';
import { CORPUS, DIM, document, ENCODER, encode, vectorsOf } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import type { Hit } from '../types.js';
import { exportIndex } from './export-index.js';
import { type ImportOptions, importIndex } from './import-index.js';
import { halfToFloat, npyHeader, parseNpyHeader } from './npy.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-перенос '));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

async function made(): Promise<void> {
  const index = await openIndex({ file: at('a.db'), mode: 'write', encoder: ENCODER });
  for (const [path, texts] of Object.entries(CORPUS)) {
    await index.upsert(document(path, texts, { meta: { тема: 'хлеб' }, lang: path.slice(0, 2) }), encode(...texts));
  }
  await index.upsert(document('mute 🍞', ['!']), vectorsOf([new Float32Array(0)], DIM));
  await index.close();
}

it('gives another index all documents, their vectors and their answers', async () => {
  await made();
  const report = await exportIndex({ file: at('a.db'), folder: at('out') });
  expect(await importIndex({ file: at('b.db'), folder: at('out') })).toEqual(report);
  expect(report).toMatchObject({ documents: 10, passages: 19 });
  const [a, b] = await Promise.all([at('a.db'), at('b.db')].map((file) => openIndex({ file, mode: 'read' })));
  for (const { path } of await a!.ledger.files())
    expect(await b!.get(path)).toEqual({ ...(await a!.get(path)), changedMs: 0 });
  const ask = { mode: 'hybrid', text: '発酵 dough', vectors: encode('発酵 dough'), limit: 50 } as const;
  const [before, after] = [await a!.search(ask), await b!.search(ask)];
  // Vectors are rounded once more, to the same levels.
  const scores = (hits: readonly Hit[]) =>
    new Map(hits.map(({ passageId, components }) => [passageId, components.semantic]));
  const expected = scores(before);
  expect(after).toHaveLength(before.length);
  for (const [id, score] of scores(after)) expect(Math.abs(score! - expected.get(id)!)).toBeLessThan(0.01);
  await Promise.all([a!.close(), b!.close()]);
});

it('gives an index its profile and the bits of its rows, where the folder states them', async () => {
  const encoder = { ...ENCODER, rowStatistics: unknownRows(DIM) };
  const index = await openIndex({ file: at('a.db'), mode: 'write', encoder, profile: 'compact' });
  await index.upsert(document('a', ['パンの発酵']), encode('パンの発酵'));
  await index.close();
  await exportIndex({ file: at('a.db'), folder: at('out') });
  const bytesOfRows = async (file: string, options: Partial<ImportOptions> = {}) => {
    await importIndex({ file: at(file), folder: at('out'), ...options });
    const db = new Database(at(file), { readonly: true });
    const bytes = db.prepare('SELECT length(codes) / row_count FROM passage_vectors').pluck().get();
    db.close();
    return bytes;
  };
  expect(await bytesOfRows('b.db')).toBe((DIM * 2) / 8);
  expect(await bytesOfRows('c.db', { profile: 'standard' })).toBe((DIM * 4) / 8);
  rmSync(at('out/rows.json'));
  expect(await bytesOfRows('d.db', { profile: 'compact' })).toBe((DIM * 3) / 8);
});

it('keeps how the encoder was held and how its tokens were pooled', async () => {
  const encoder = { ...ENCODER, poolFactor: 2, precision: 'int8' };
  await (await openIndex({ file: at('a.db'), mode: 'write', encoder })).close();
  await exportIndex({ file: at('a.db'), folder: at('out') });
  await importIndex({ file: at('b.db'), folder: at('out') });
  const index = await openIndex({ file: at('b.db'), mode: 'read' });
  expect(index.encoder).toEqual(encoder);
  await index.close();
});

it('takes vectors in half precision', async () => {
  await made();
  await exportIndex({ file: at('a.db'), folder: at('out') });
  const file = readFileSync(at('out/vectors.npy'));
  const { rows, dataOffset } = parseNpyHeader(file, 'vectors.npy');
  // 1, -2 and 2^-14, in turn.
  const halves = Uint16Array.from({ length: rows * DIM }, (_, k) => [0x3c00, 0xc000, 0x0400][k % 3]!);
  const header = Buffer.from(file.subarray(0, dataOffset).toString('latin1').replace('<f4', '<f2'), 'latin1');
  writeFileSync(at('out/vectors.npy'), Buffer.concat([header, Buffer.from(halves.buffer)]));
  expect(await importIndex({ file: at('b.db'), folder: at('out') })).toMatchObject({ tokens: rows });
  expect([0x3c00, 0xc000, 0x0400, 0x0001, 0x8000, 0x7c00].map(halfToFloat)).toEqual([
    1,
    -2,
    2 ** -14,
    2 ** -24,
    -0,
    Infinity,
  ]);
});

it('writes headers that NumPy reads: magic, version, length in 64s, shape', () => {
  const header = npyHeader(12, 128);
  expect(header.length % 64).toBe(0);
  expect(header.subarray(0, 10)).toEqual(Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'));
  expect(parseNpyHeader(header, 'x')).toEqual({ type: 'f4', rows: 12, columns: 128, dataOffset: 128 });
});

it('names what is wrong with files made elsewhere', async () => {
  await made();
  const attempt = async (name: string, change: (bytes: Buffer) => Buffer | string) => {
    await exportIndex({ file: at('a.db'), folder: at('out') });
    writeFileSync(at(`out/${name}`), change(readFileSync(at(`out/${name}`))));
    rmSync(at('b.db'), { force: true });
    return importIndex({ file: at('b.db'), folder: at('out') });
  };
  const wrong = (message: RegExp) =>
    expect.objectContaining({ code: 'index.import', message: expect.stringMatching(message) });
  await expect(attempt('vectors.npy', (bytes) => bytes.subarray(1))).rejects.toThrowError(wrong(/not a NumPy/));
  await expect(attempt('vectors.npy', (bytes) => bytes.subarray(0, -4))).rejects.toThrowError(wrong(/bytes/));
  await expect(attempt('documents.jsonl', (bytes) => `${bytes}{"path":""}\n`)).rejects.toThrowError(
    wrong(/line 11: path/),
  );
  await expect(attempt('documents.jsonl', (bytes) => bytes.subarray(0, bytes.indexOf(10)))).rejects.toThrowError(
    wrong(/rows more/),
  );
  await expect(attempt('encoder.json', () => JSON.stringify({ ...ENCODER, dim: 7 }))).rejects.toThrowError(
    wrong(/rows\.json has a table of 24 dimensions/),
  );
  await expect(
    attempt('rows.json', (bytes) => `${bytes}`.replace(/"bits":"[^"]*"/, '"bits":"AAAA"')),
  ).rejects.toThrowError(wrong(/rows\.json: table contradicts itself/));
  await exportIndex({ file: at('a.db'), folder: at('out') });
  rmSync(at('out/rows.json'));
  writeFileSync(at('out/encoder.json'), JSON.stringify({ ...ENCODER, dim: 7 }));
  await expect(importIndex({ file: at('b.db'), folder: at('out') })).rejects.toThrowError(wrong(/columns/));
  await expect(importIndex({ file: at('b.db'), folder: at('nowhere') })).rejects.toThrowError(wrong(/nowhere/));
});

describe('an export that fails', () => {
  const failure = (message: string) =>
    expect.objectContaining({ code: 'index.export', message: expect.stringContaining(message) });
  beforeEach(made);

  it('leaves nothing where its target is a file, lies below one, or holds folders of the names', async () => {
    writeFileSync(at('файл'), 'x');
    const file = at('a.db');
    await expect(exportIndex({ file, folder: at('файл') })).rejects.toEqual(failure('is a file'));
    await expect(exportIndex({ file, folder: at('файл/unten') })).rejects.toEqual(failure('is a file'));
    mkdirSync(at('out/vectors.npy'), { recursive: true });
    await expect(exportIndex({ file, folder: at('out') })).rejects.toEqual(failure('is a folder'));
    expect(readdirSync(at('out'))).toEqual(['vectors.npy']);
  });

  it('keeps an earlier export when it is interrupted, and makes no folder', async () => {
    const file = at('a.db');
    await exportIndex({ file, folder: at('out') });
    const before = readdirSync(at('out')).map((name) => [name, readFileSync(at(`out/${name}`), 'base64')]);
    for (const folder of ['out', 'neu/tief']) {
      const stop = new AbortController();
      const onProgress = (done: number) => done === 5 && stop.abort();
      const exporting = exportIndex({ file, folder: at(folder), signal: stop.signal, onProgress });
      await expect(exporting).rejects.toMatchObject({ name: 'AbortError' });
    }
    expect(readdirSync(at('out')).map((name) => [name, readFileSync(at(`out/${name}`), 'base64')])).toEqual(before);
    expect(existsSync(at('neu'))).toBe(false);
  });

  it('takes away what a killed one left, and not what one at work writes', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const names = [`.glot-export-${pid}-abc`, `.glot-export-${process.pid}-abc`];
    for (const name of names) mkdirSync(at(`out/${name}`), { recursive: true });
    await exportIndex({ file: at('a.db'), folder: at('out') });
    expect(readdirSync(at('out')).sort()).toEqual([
      names[1],
      'documents.jsonl',
      'encoder.json',
      'rows.json',
      'vectors.npy',
    ]);
  });

  it('leaves nothing on a full disk', async (context) => {
    mkdirSync(at('disk'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', at('disk')]);
    context.skip(mounted.status !== 0, 'needs the right to mount a small file system');
    try {
      const exporting = exportIndex({ file: at('a.db'), folder: at('disk/out') });
      await expect(exporting).rejects.toEqual(failure('no space is left'));
      expect(readdirSync(at('disk'))).toEqual([]);
    } finally {
      spawnSync('umount', [at('disk')]);
    }
  });

  it.skipIf(process.platform === 'win32')('names a folder that cannot be written', async () => {
    chmodSync(folder, 0o755);
    mkdirSync(at('zu'), { mode: 0o555 });
    mkdirSync(at('offen'));
    chmodSync(at('offen'), 0o777);
    chmodSync(at('a.db'), 0o644);
    mkdirSync(at('cache'));
    chmodSync(at('cache'), 0o777);
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const codes = async (script: string, target: string) => {
      const child = spawnSource(script, [at('a.db'), target], at('cache'), user);
      let output = '';
      child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
      await once(child, 'close');
      return output;
    };
    expect(await codes('export.ts', at('zu/out'))).toMatch(/^index\.export .*cannot be written/);
    expect(await codes('export.ts', at('zu'))).toMatch(/^index\.export .*cannot be written/);
    expect(await codes('export.ts', at('offen'))).toBe('done');
    expect(readdirSync(at('offen')).sort()).toEqual(['documents.jsonl', 'encoder.json', 'rows.json', 'vectors.npy']);
  });
});
