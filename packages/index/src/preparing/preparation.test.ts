import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rowTable, unknownRows } from '@glot/kernels';
import { afterAll, describe, expect, it } from 'vitest';
import { CORPUS, DIM, document, encode, randomNumbers } from '../fixtures.js';
import { openForWriting } from '../sqlite/opening/index-file.js';
import { SqliteIndex } from '../sqlite/sqlite-index.js';
import { wordsOfDocument } from './document-words.js';
import { Preparation } from './preparation.js';
import { RowCoding } from './row-coding.js';

const folder = mkdtempSync(join(tmpdir(), 'glot-підготовка-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const table = rowTable(unknownRows(DIM), 4 * DIM);
const texts = Object.values(CORPUS).flat();
const vectors = encode(...texts);
const documents = Object.entries(CORPUS).map(([path, passages]) => {
  const { passages: own, ...described } = document(path, passages);
  return { document: described, passages: own };
});

const random = randomNumbers(5);
const numbers = (count: number) => Float32Array.from({ length: count * DIM }, () => random() - 0.5);
const tree = { dim: DIM, coarse: numbers(2), firstCentroid: Uint32Array.of(0, 3, 6), centroids: numbers(6) };

const coding = new RowCoding(table);
const expectedRows = coding.code(vectors, tree);
const expectedWords = documents.map(wordsOfDocument);

const BUILT = new URL('../../dist/preparing/preparing-worker.js', import.meta.url);
const isBuilt = existsSync(fileURLToPath(BUILT));

function entryOf(name: string, text: string): URL {
  const file = join(folder, name);
  writeFileSync(file, text);
  return pathToFileURL(file);
}

describe('preparing', () => {
  it.skipIf(!isBuilt)('gives the same rows, partitions and words in a thread as in the caller', async () => {
    const preparation = new Preparation(() => table, { entry: BUILT, startRows: 0 });
    expect(await preparation.rows(vectors, tree)).toEqual(expectedRows);
    expect(await preparation.rows(vectors, null)).toEqual(coding.code(vectors, null));
    expect(await preparation.rows(vectors, tree)).toEqual(expectedRows);
    const words = preparation.words(documents);
    expect(words).not.toBeNull();
    for (const [at, { rows, packed }] of (await words)!.entries()) {
      expect(rows).toEqual(expectedWords[at]!.rows);
      expect(Buffer.from(packed)).toEqual(Buffer.from(expectedWords[at]!.packed));
    }
    await preparation.rest();
    expect(preparation.words(documents)).toBeNull();
    expect(await preparation.rows(vectors, tree)).toEqual(expectedRows);
    await preparation.rest();
  });

  it('starts no thread for a few rows', async () => {
    const entry = entryOf('loud.mjs', 'process.exit(1);');
    const preparation = new Preparation(() => table, { entry });
    expect(await preparation.rows(vectors, tree)).toEqual(expectedRows);
    expect(preparation.words(documents)).toBeNull();
  });

  it.each([
    ['fails as it begins', 'throw new Error("no");'],
    [
      'ends when it is asked',
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(1));',
    ],
  ])('does what a thread leaves that %s', async (name, text) => {
    const preparation = new Preparation(() => table, { entry: entryOf(`${name}.mjs`, text), startRows: 0 });
    const rows = preparation.rows(vectors, tree);
    const words = preparation.words(documents);
    expect(await rows).toEqual(expectedRows);
    expect((await words)?.map(({ rows: own }) => own)).toEqual(expectedWords.map(({ rows: own }) => own));
    await preparation.rest();
  });

  it.skipIf(!isBuilt)('makes changes in the order in which they were asked for, and all before it closes', async () => {
    const file = join(folder, 'порядок.db');
    const open = () =>
      new SqliteIndex(openForWriting(file, { name: 'test', fingerprint: 'f'.repeat(64), dim: DIM }, 'standard'), {
        memoryBytes: 2 ** 24,
        preparation: { entry: BUILT, startRows: 0 },
      });
    const index = open();
    await index.prepare(vectors);
    const one = document('один.md', ['العجين يرتاح']);
    const two = document('два.md', ['生地を休ませる']);
    const upsert = (input: typeof one, text: string) =>
      ({ kind: 'upsert', document: input, vectors: encode(text) }) as const;
    const made = [
      index.write([upsert(one, 'العجين يرتاح'), upsert(two, '生地を休ませる')]),
      index.move('один.md', 'три.md'),
      index.delete('два.md'),
      index.write([upsert(one, 'العجين يرتاح')]),
    ];
    await index.close();
    expect((await Promise.all(made)).slice(1, 3)).toEqual([true, true]);
    const again = open();
    expect((await again.list()).map(({ path }) => path)).toEqual(['один.md', 'три.md']);
    expect((await again.search({ mode: 'lexical', text: 'العجين', limit: 5 })).map(({ path }) => path)).toEqual([
      'один.md',
      'три.md',
    ]);
    expect(await again.check()).toEqual([]);
    await again.close();
  });
});
