import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentStore } from '../documents/document-store.js';
import { INT8_CODEC, type PassageVectors, RESIDUAL_CODEC } from './passage-vectors.js';
import { type CachedPassage, VectorCache } from './vector-cache.js';
import { VectorFixtures } from './vector-fixtures.js';
import { TILE_ROWS, tileBytes, VectorTile } from './vector-tile.js';

const DIM = 4;

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

function keep(cache: VectorCache, ...ids: number[]): void {
  for (const id of ids) cache.keep(source.get(id)!);
}

/** The number of rows that a cached passage has and that its rows say. */
function read(found: CachedPassage | null): [number, number] | null {
  if (!found) return null;
  const { tile, index } = found;
  const first = tile.offsets[index]!;
  return [tile.offsets[index + 1]! - first, Math.round(tile.codes[first * DIM]! * tile.scales[first]!)];
}

describe('cached vectors', () => {
  it('are found as they were kept', () => {
    const first = add('ア', 3, 7);
    const cache = new VectorCache(source, tileBytes(DIM), INT8_CODEC);
    cache.follow();
    keep(cache, first + 1, first, first);
    expect([first, first + 1, first + 2].map((id) => read(cache.find(id)))).toEqual([[3, 3], [7, 7], null]);
  });

  it('go when their passages are removed, whoever removes them and however many', () => {
    const cache = new VectorCache(source, tileBytes(DIM), INT8_CODEC);
    cache.follow();
    const firsts = ['a', 'b', 'c', 'd'].map((path) => add(path, 2, 5));
    keep(cache, ...firsts.flatMap((id) => [id, id + 1]));
    const held = () => firsts.map((id) => read(cache.find(id)) !== null && read(cache.find(id + 1)) !== null);
    store.delete('b');
    add('c', 9);
    cache.follow();
    expect(held()).toEqual([true, false, false, true]);
    // A wide range in one removal.
    db.prepare('INSERT INTO removal (first_passage, last_passage) VALUES (?, ?)').run(firsts[3], 1e9);
    cache.follow();
    expect(held()).toEqual([true, false, false, false]);
  });

  it('all go when the record of removals does not reach back', () => {
    const cache = new VectorCache(source, tileBytes(DIM), INT8_CODEC);
    cache.follow();
    const [a, b] = [add('a', 2), add('b', 2), add('c', 2)];
    keep(cache, a, b!);
    store.delete('a');
    store.delete('c');
    db.prepare('DELETE FROM removal WHERE seq = 1').run();
    cache.follow();
    expect([cache.find(a), cache.find(b!)]).toEqual([null, null]);
    keep(cache, b!);
    expect(read(cache.find(b!))).toEqual([2, 2]);
  });

  it('stay within the limit; the oldest go, but not for those who found them', () => {
    const half = TILE_ROWS / 2;
    const first = add('a', half, half - 1, half, half - 2, half - 4, half - 3);
    const cache = new VectorCache(source, 2.5 * tileBytes(DIM), INT8_CODEC);
    cache.follow();
    keep(cache, first, first + 1, first + 2, first + 3);
    const early = cache.find(first);
    keep(cache, first + 4, first + 5);
    const ids = [0, 1, 2, 3, 4, 5].map((at) => first + at);
    expect(ids.map((id) => cache.find(id) !== null)).toEqual([false, false, true, true, true, true]);
    expect(read(early)).toEqual([half, half]);
    expect(cache.bytes).toBe(2 * tileBytes(DIM));
    // What comes again has a new place.
    keep(cache, first);
    expect(read(cache.find(first))).toEqual([half, half]);
  });

  it('are those of one codec: rows in another are stored anew', () => {
    const first = add('a', 3);
    const compact = new VectorCache(source, tileBytes(DIM), RESIDUAL_CODEC);
    expect(compact.keep(source.get(first)!)).toBeNull();
    expect(compact.find(first)).toBeNull();
  });

  it('are none where the limit is less than a tile, nor of a passage that is longer', () => {
    const first = add('a', 3, TILE_ROWS + 1);
    const none = new VectorCache(source, tileBytes(DIM) - 1, INT8_CODEC);
    keep(none, first);
    expect([none.find(first), none.bytes]).toEqual([null, 0]);
    const one = new VectorCache(source, tileBytes(DIM), INT8_CODEC);
    keep(one, first, first + 1);
    expect([read(one.find(first)), one.find(first + 1)]).toEqual([[3, 3], null]);
    expect(new VectorTile(DIM).bytes).toBe(tileBytes(DIM));
  });
});
