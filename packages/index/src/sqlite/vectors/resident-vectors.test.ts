import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentStore } from '../documents/document-store.js';
import type { PassageVectors } from './passage-vectors.js';
import { ResidentVectors } from './resident-vectors.js';
import { VectorFixtures } from './vector-fixtures.js';
import { TILE_ROWS, VectorTile } from './vector-tile.js';

const DIM = 4;
const TILE_BYTES = new VectorTile(DIM).bytes;

let db: Database;
let source: PassageVectors;
let store: DocumentStore;
let add: VectorFixtures['add'];
beforeEach(() => {
  const fixtures = new VectorFixtures(DIM);
  ({ db, source, store } = fixtures);
  add = fixtures.add.bind(fixtures);
});
afterEach(() => db.close());

/** [passage id, rows] of what a search would see, and how many tiles it came in. */
async function seen(vectors: ResidentVectors): Promise<{ passages: [number, number][]; tiles: number }> {
  const passages: [number, number][] = [];
  let tiles = 0;
  for await (const { tile, texts, rows } of vectors.views()) {
    tiles += 1;
    expect(tile.offsets[texts]).toBe(rows);
    for (let index = 0; index < texts; index += 1) {
      if (tile.removed[index]) continue;
      const first = tile.offsets[index]!;
      const length = tile.offsets[index + 1]! - first;
      // Codes and scales belong together and to this passage.
      expect(tile.codes[first * DIM]! * tile.scales[first]!).toBeCloseTo(length, 1);
      passages.push([tile.ids[index]!, length]);
    }
  }
  return { passages, tiles };
}

function stored(): [number, number][] {
  return db
    .prepare('SELECT passage_id, row_count FROM passage_vectors WHERE row_count > 0 ORDER BY passage_id')
    .raw()
    .all() as [number, number][];
}

describe('vectors in memory', () => {
  it('are all of them, within the limit or beyond, with passages longer than a tile', async () => {
    add('a', 100, 0, TILE_ROWS - 50, 3);
    add('long', TILE_ROWS + 1, 5);
    add('b', 7, 8, 9);
    for (const limit of [0, 2 * TILE_BYTES, 100 * TILE_BYTES]) {
      const vectors = new ResidentVectors(source, limit);
      expect((await seen(vectors)).passages).toEqual(stored());
      expect((await seen(vectors)).passages).toEqual(stored());
      expect(vectors.bytes).toBeLessThanOrEqual(Math.max(limit, TILE_BYTES));
    }
  });

  it('follow additions and removals, and give up what was removed', async () => {
    const all = new ResidentVectors(source, 100 * TILE_BYTES);
    const few = new ResidentVectors(source, 0);
    for (let round = 0; round < 30; round += 1) {
      for (let i = 0; i < 4; i += 1) add(`d${(round * 7 + i * 5) % 9}`, 900 + round, 1 + i, 1200);
      if (round % 3 === 0) store.delete(`d${round % 9}`);
      if (round % 2 === 0) expect((await seen(all)).passages).toEqual(stored());
      expect((await seen(few)).passages).toEqual(stored());
    }
    const rows = stored().reduce((sum, [, count]) => sum + count, 0);
    expect(all.bytes / TILE_BYTES).toBeLessThan(3 + (2 * rows) / TILE_ROWS);
  });

  it('are read anew when the record of removals does not reach back', async () => {
    add('a', 3);
    add('b', 4);
    const vectors = new ResidentVectors(source, TILE_BYTES);
    await seen(vectors);
    store.delete('a');
    add('c', 5);
    store.delete('b');
    db.prepare('DELETE FROM removal WHERE seq = 1').run();
    expect((await seen(vectors)).passages).toEqual(stored());
    expect(stored()).toHaveLength(1);
  });

  it('serve searches that began before a change as they began', async () => {
    add('a', 2, 3);
    const vectors = new ResidentVectors(source, TILE_BYTES);
    const early = vectors.views();
    const first = await early.next();
    add('b', 4);
    await seen(vectors);
    expect(first.value).toMatchObject({ texts: 2, rows: 5 });
  });

  it('are filled once for searches that begin together', async () => {
    for (let i = 0; i < 6; i += 1) add(`d${i}`, TILE_ROWS - i);
    const vectors = new ResidentVectors(source, 100 * TILE_BYTES);
    const answers = await Promise.all([seen(vectors), seen(vectors), seen(vectors)]);
    for (const { passages, tiles } of answers) {
      expect(passages).toEqual(stored());
      expect(tiles).toBe(6);
    }
  });
});
