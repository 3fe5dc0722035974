import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CORPUS, document, ENCODER, encode, skipInPlace } from '../../fixtures.js';
import { openIndex } from '../../open-index.js';
import type { StorageProfile } from '../../storage-profile.js';
import { createTables } from '../opening/schema.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-проверка '));
  file = join(folder, 'index.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (profile?: StorageProfile) =>
  openIndex({ file, mode: 'write', encoder: ENCODER, ...(profile && { profile }), exhaustivePassages: 0, threads: 1 });

async function made(profile: StorageProfile = 'standard', length = 1): Promise<void> {
  const index = await open(profile);
  for (const [path, texts] of Object.entries(CORPUS)) {
    const vectors = encode(...texts);
    await index.upsert(document(path, texts), { ...vectors, data: vectors.data.map((value) => value * length) });
  }
  await index.optimize({ retrain: true });
  await index.upsert(document('später', ['Hefe']), encode('Hefe'));
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
    for (const profile of ['standard', 'compact'] as const) {
      it(`in the ${column} of ${profile} vectors is named, and repair takes out that document only`, async () => {
        // Norms are stored where they are not 1.
        await made(profile, 2);
        flip('passage_vectors', column, 'passage_id = 3');
        const index = await open();
        await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(
          corrupt(/passage 3/),
        );
        expect(await index.check()).toMatchObject([{ kind: 'vectors', path: 'de/brot.md', repairable: false }]);
        expect(await index.repair()).toMatchObject({ removed: ['de/brot.md'], partitionsDropped: false, whole: true });
        expect((await index.stats()).documents).toBe(9);
        expect((await index.search({ mode: 'semantic', vectors: encode('dough') })).length).toBe(10);
        await index.close();
      });
    }
  }

  for (const kind of ['coarse', 'first', 'centroid codes', 'centroid scales', 'offsets', 'postings', 'ids']) {
    it(`in the ${kind} of a version is named, and repair drops the version only`, async () => {
      await made();
      flip('generation_block', 'data', `kind = '${kind}'`);
      const index = await open();
      const vectors = encode('dough');
      await expect(index.search({ mode: 'semantic', vectors })).rejects.toThrowError(corrupt(new RegExp(kind)));
      expect(await index.check()).toMatchObject([{ kind: 'partitions', repairable: true, path: null }]);
      expect(await index.repair()).toMatchObject({ removed: [], partitionsDropped: true, whole: true });
      const exhaustive = await index.search({ mode: 'semantic', vectors });
      await index.optimize({ retrain: true });
      expect(await index.search({ mode: 'semantic', vectors })).toEqual(exhaustive);
      expect((await index.stats()).documents).toBe(10);
      await index.close();
    });
  }

  for (const kind of ['axes', 'bits', 'levels']) {
    it(`in the ${kind} of the table that vectors are stored by is named`, async () => {
      await made();
      flip('generation_block', 'data', `kind = '${kind}'`);
      const index = await open();
      await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(corrupt(/table/));
      expect((await index.check()).map(({ kind: found }) => found)).toContain('vectors');
      await index.close();
    });
  }

  it('in the codebook of a file of an older format is named', async () => {
    const db = new Database(file);
    createTables(db, ENCODER, 'compact', null);
    db.close();
    await made('compact');
    flip('generation_block', 'data', "generation = 0 AND kind = 'centroids'");
    const index = await open();
    await expect(index.search({ mode: 'semantic', vectors: encode('x') })).rejects.toThrowError(corrupt(/centroids/));
    expect((await index.check()).map(({ kind }) => kind)).toContain('vectors');
    await index.close();
  });
});

it.each([
  ['of each passage', "UPDATE passage_words_docsize SET sz = x'010203040506'"],
  ['in all', "UPDATE passage_words_data SET block = x'0a010203040506' WHERE id = 1"],
])('names a wrong number of words %s, by which they are weighed, and counts anew', async (_, damage) => {
  await made();
  const before = await open();
  const ask = { mode: 'lexical', text: 'dough パン' } as const;
  const expected = await before.search(ask);
  expect(await before.check()).toEqual([]);
  await before.close();
  const db = new Database(file);
  db.unsafeMode();
  db.exec(damage);
  db.close();
  const index = await open();
  expect(await index.search(ask)).not.toEqual(expected);
  expect(new Set((await index.check()).map(({ kind }) => kind))).toEqual(new Set(['words']));
  expect(await index.repair()).toMatchObject({ removed: [], whole: true });
  expect(await index.search(ask)).toEqual(expected);
  await index.close();
});

it('names partitions of a later passage that are damaged or missing, and mends them', async () => {
  for (const damage of ["UPDATE passage_cells SET cells = x'7f'", 'DELETE FROM passage_cells']) {
    rmSync(file, { force: true });
    await made();
    const db = new Database(file);
    db.exec(damage);
    db.close();
    const index = await open();
    expect(await index.check()).toMatchObject([{ kind: 'partitions', repairable: true }]);
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
    INSERT INTO passage_words (passage_words, rowid, body) VALUES ('delete', 5, 'x');
    DELETE FROM document_text WHERE document_id = 1;
    INSERT INTO passage_vectors (passage_id, row_count, checksum, scales, codes) VALUES (9999, 0, 0, x'', x'');
    DELETE FROM passage_vectors WHERE passage_id = 8;`);
  db.close();
  const index = await open();
  const kinds = (await index.check()).map(({ kind }) => kind).sort();
  expect(kinds).toEqual(['document', 'vectors', 'vectors', 'words']);
  const report = await index.repair();
  expect(report).toMatchObject({ whole: true });
  expect([...report.removed].sort()).toEqual(['en/bread.md', 'ja/パン.txt']);
  expect((await index.search({ mode: 'lexical', text: 'العجين' }))[0]?.path).toBe('ar/خبز.txt');
  await index.close();
});

/** What a program that knows nothing of checksums writes over the index. */
const scribbles: Readonly<Record<string, readonly [sql: string, kind: string, path: string | null]>> = {
  'a letter of a text': ["UPDATE document_text SET text = replace(text, 'dough', 'douhg')", 'document', 'en/bread.md'],
  'where a passage ends': [
    "UPDATE passage SET end_offset = end_offset - 1 WHERE id = (SELECT first_passage FROM document WHERE path LIKE 'ja/%')",
    'document',
    'ja/パン.txt',
  ],
  'the text of a passage': [
    "UPDATE passage SET text = '西' WHERE id = (SELECT first_passage FROM document WHERE path LIKE 'ja/%')",
    'document',
    'ja/パン.txt',
  ],
  'where a passage begins': ['UPDATE passage SET start_offset = 1 WHERE id = 3', 'document', 'de/brot.md'],
  'a heading': ['UPDATE passage SET headings = \'["x"]\' WHERE id = 3', 'document', 'de/brot.md'],
  'a title': ["UPDATE document SET title = 'パ' WHERE path LIKE 'ja/%'", 'document', 'ja/パン.txt'],
  'words that are kept': ["UPDATE document_words SET words = x'00' WHERE document_id = 2", 'words', 'de/brot.md'],
  'a list of words': ["INSERT INTO passage_words (rowid, body) VALUES (3, 'zzz')", 'words', 'de/brot.md'],
  'a list of words of no passage': ["INSERT INTO passage_words (rowid, body) VALUES (999, 'zzz')", 'words', null],
  'a setting': ["UPDATE setting SET value = 'compact' WHERE name = 'profile'", 'setting', null],
  'how many partitions are probed': ['UPDATE generation SET probe_cells = 1 + probe_cells', 'partitions', null],
  'which partitions are in use': ['UPDATE generation SET active = 0', 'partitions', null],
  'a removal': ['UPDATE removal SET first_passage = 1, last_passage = 9', 'partitions', null],
  'why a file was left out': ["UPDATE skipped SET reason = 'x'", 'document', null],
};

for (const [name, [sql, kind, path]] of Object.entries(scribbles)) {
  it(`names ${name} that was changed, and mends what it can`, async () => {
    await made();
    const before = await open();
    await before.delete('ko/빵.txt');
    await before.write(
      skipInPlace({ path: 'b.pdf', reason: 'malformed', detail: 'd', contentHash: '', sizeBytes: 1, modifiedMs: 1 }),
    );
    expect(await before.check()).toEqual([]);
    await before.close();
    const db = new Database(file);
    db.exec(sql);
    db.close();
    // As doctor does, which writes nothing.
    const reader = await openIndex({ file, mode: 'read', exhaustivePassages: 0, threads: 1 });
    expect(await reader.check()).toMatchObject([{ kind, path }]);
    await reader.close();
    const index = await open();
    const lost = kind === 'document' && path !== null ? [path] : [];
    expect(await index.repair()).toMatchObject({ removed: lost, whole: kind !== 'setting' });
    expect((await index.stats()).documents).toBe(9 - lost.length);
    await index.close();
  });
}

it('mends words by the passages', async () => {
  await made();
  const ask = async (index: Awaited<ReturnType<typeof open>>) => index.search({ mode: 'lexical', text: 'Gärung 発酵' });
  const index = await open();
  const hits = await ask(index);
  await index.close();
  const db = new Database(file);
  db.exec("INSERT INTO passage_words (passage_words) VALUES ('delete-all')");
  db.close();
  const damaged = await open();
  expect(await ask(damaged)).toEqual([]);
  expect(await damaged.repair()).toMatchObject({ removed: [], whole: true });
  expect(await ask(damaged)).toEqual(hits);
  await damaged.close();
});

it('finds nothing wrong with an index into which nothing was stored yet, or of which all went', async () => {
  const index = await open();
  expect(await index.check()).toEqual([]);
  await index.upsert(document('später', ['Hefe', '酵母']), encode('Hefe', '酵母'));
  await index.delete('später');
  expect(await index.check()).toEqual([]);
  await index.close();
});
