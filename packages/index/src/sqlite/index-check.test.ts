import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CORPUS, document, ENCODER, encode } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import type { StorageProfile } from './schema.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-проверка '));
  file = join(folder, 'index.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (profile?: StorageProfile) =>
  openIndex({ file, mode: 'write', encoder: ENCODER, ...(profile && { profile }), exhaustivePassages: 0, threads: 1 });

async function made(profile: StorageProfile = 'int8'): Promise<void> {
  const index = await open(profile);
  for (const [path, texts] of Object.entries(CORPUS)) index.upsert(document(path, texts), encode(...texts));
  await index.compact({ retrain: true });
  index.upsert(document('später', ['Hefe']), encode('Hefe'));
  await index.close();
}

/** Turns one bit of the blob that the condition picks. */
function flip(table: string, column: string, where: string): void {
  const db = new Database(file);
  const [id, blob] = db.prepare(`SELECT rowid, ${column} FROM ${table} WHERE ${where}`).raw().get() as [number, Buffer];
  blob[Math.floor(blob.length / 2)]! ^= 4;
  db.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(blob, id);
  db.close();
}

const corrupt = (place: RegExp) =>
  expect.objectContaining({ code: 'index.corrupt', message: expect.stringMatching(place) });

describe('a flipped bit', () => {
  for (const column of ['codes', 'scales']) {
    for (const profile of ['int8', 'compact'] as const) {
      it(`in the ${column} of ${profile} vectors is named, and repair takes out that document only`, async () => {
        await made(profile);
        flip('passage_vectors', column, 'passage_id = 3');
        const index = await open();
        await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(
          corrupt(/passage 3/),
        );
        expect(await index.verify()).toMatchObject([{ kind: 'vectors', path: 'de/brot.md', repairable: false }]);
        expect(await index.repair()).toMatchObject({ removed: ['de/brot.md'], cellsDropped: false, whole: true });
        expect(index.stats().documents).toBe(9);
        expect((await index.search({ mode: 'semantic', vectors: encode('dough') })).length).toBe(10);
        await index.close();
      });
    }
  }

  for (const kind of ['coarse', 'first', 'centroids', 'offsets', 'postings', 'ids']) {
    it(`in the ${kind} of a generation is named, and repair drops the generation only`, async () => {
      await made();
      flip('generation_block', 'data', `kind = '${kind}'`);
      const index = await open();
      const vectors = encode('dough');
      await expect(index.search({ mode: 'semantic', vectors })).rejects.toThrowError(corrupt(new RegExp(kind)));
      expect(await index.verify()).toMatchObject([{ kind: 'cells', repairable: true, path: null }]);
      expect(await index.repair()).toMatchObject({ removed: [], cellsDropped: true, whole: true });
      const exhaustive = await index.search({ mode: 'semantic', vectors });
      await index.compact({ retrain: true });
      expect(await index.search({ mode: 'semantic', vectors })).toEqual(exhaustive);
      expect(index.stats().documents).toBe(10);
      await index.close();
    });
  }

  it('in the codebook is named', async () => {
    await made('compact');
    flip('generation_block', 'data', "generation = 0 AND kind = 'centroids'");
    const index = await open();
    await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(corrupt(/centroids/));
    expect((await index.verify()).map(({ kind }) => kind)).toContain('codebook');
    await index.close();
  });
});

it('names cells of a later passage that are damaged or missing, and mends them', async () => {
  for (const damage of ["UPDATE passage_cells SET cells = x'7f'", 'DELETE FROM passage_cells']) {
    rmSync(file, { force: true });
    await made();
    const db = new Database(file);
    db.exec(damage);
    db.close();
    const index = await open();
    expect(await index.verify()).toMatchObject([{ kind: 'cells', repairable: true }]);
    expect(await index.repair()).toMatchObject({ whole: true });
    const [hit] = await index.search({ mode: 'semantic', vectors: encode('Hefe') });
    expect(hit?.path).toBe('später');
    await index.close();
  }
});

it('finds and mends what does not belong together', async () => {
  await made();
  const db = new Database(file);
  db.exec(`
    DELETE FROM passage_words WHERE rowid = 5;
    DELETE FROM document_text WHERE document_id = 1;
    INSERT INTO passage_vectors (passage_id, row_count, checksum, scales, codes) VALUES (9999, 0, 0, x'', x'');
    DELETE FROM passage_vectors WHERE passage_id = 8;`);
  db.close();
  const index = await open();
  const kinds = (await index.verify()).map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['document', 'vectors', 'vectors', 'words']);
  const report = await index.repair();
  expect(report).toMatchObject({ whole: true });
  expect([...report.removed].sort()).toEqual(['en/bread.md', 'ja/パン.txt']);
  expect((await index.search({ mode: 'lexical', text: 'العجين' }))[0]?.path).toBe('ar/خبز.txt');
  await index.close();
});
