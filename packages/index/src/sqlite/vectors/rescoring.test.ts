import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMaxSim, type MaxSim } from '@glot/kernels';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BY_ID, DIM, ENCODER, randomNumbers } from '../../fixtures.js';
import type { ScoredPassage } from '../../ranking/fusion.js';
import { type IndexFile, openForWriting } from '../opening/index-file.js';
import { PassageVectors, TABLE_CODEC } from './passage-vectors.js';
import { type Rescoring, rankPassages, rescoreCandidates } from './rescoring.js';
import { VectorCache } from './vector-cache.js';
import { tileBytes } from './vector-tile.js';

const PASSAGES = 1500;
const ROWS = 5;

describe('ranking candidates', () => {
  let folder: string;
  let file: IndexFile;
  let maxSim: MaxSim;
  let ranking: Rescoring;
  let exact: ScoredPassage[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'glot-順位 '));
    file = openForWriting(join(folder, 'index.db'), ENCODER, 'standard');
    file.db.pragma('foreign_keys = OFF');
    const vectors = new PassageVectors(file.db, file.path, DIM, file.format, () => null);
    const next = randomNumbers(3);
    const rows = (count: number) => Float32Array.from({ length: count * DIM }, next);
    file.db.transaction(() => {
      for (let id = 1; id <= PASSAGES; id += 1) vectors.insert(id, vectors.encode(rows(ROWS), TABLE_CODEC));
    })();
    maxSim = await createMaxSim({ dim: DIM, threads: 1 });
    const query = { data: rows(4), offsets: Uint32Array.of(0, 4), dim: DIM };
    ranking = { query, vectors, maxSim, depth: PASSAGES, order: BY_ID, signal: undefined };
    exact = await rankPassages(
      Array.from({ length: PASSAGES }, (_, at) => at + 1),
      ranking,
    );
  });
  afterAll(async () => {
    await maxSim.dispose();
    file.close();
    rmSync(folder, { recursive: true });
  });

  /** Approximate scores: rescored ones with noise, in another unit, best first. */
  const roughly = (noise: number) => {
    const next = randomNumbers(9);
    return exact
      .map(({ passageId, score }) => ({ passageId, score: 700 * (score + noise * next()) }))
      .sort((a, b) => b.score - a.score);
  };

  async function ranked(candidates: readonly ScoredPassage[], others: readonly number[], limit: number) {
    const many = vi.spyOn(ranking.vectors, 'many');
    const found = await rescoreCandidates(candidates, others, {
      ...ranking,
      depth: limit,
      settled: limit,
      scores: new Map(),
    });
    const read = many.mock.calls.reduce((sum, [ids]) => sum + ids.length, 0);
    many.mockRestore();
    return { found, read };
  }

  it('reads a part where approximate scores say much, and finds the same best', async () => {
    const { found, read } = await ranked(roughly(0.02), [], 10);
    expect(found).toEqual(exact.slice(0, 10));
    expect(read).toBeLessThan(PASSAGES / 2);
    const deeper = await ranked(roughly(0.02), [], 200);
    expect(deeper.found).toEqual(exact.slice(0, 200));
    expect(deeper.read).toBeGreaterThan(read);
  });

  it('reads all where approximate scores say nothing', async () => {
    const { found, read } = await ranked(roughly(100), [], 10);
    expect(read).toBe(PASSAGES);
    expect(found).toEqual(exact.slice(0, 10));
  });

  it('reads no passage again that a cache holds, and gives the very same scores', async () => {
    // Some are held already, others are not: both ways meet.
    const cache = new VectorCache(ranking.vectors, tileBytes(DIM), TABLE_CODEC);
    const few = Array.from({ length: 700 }, (_, at) => 2 * at + 1);
    const many = vi.spyOn(ranking.vectors, 'many');
    const original = maxSim.score.bind(maxSim);
    const score = vi.spyOn(maxSim, 'score');
    const rank = async (passages: readonly number[], how: Rescoring) => {
      many.mockClear();
      score.mockClear();
      let tiles: number[][] = [];
      score.mockImplementation((...of) => {
        tiles = [...tiles, [...of[2].codes]];
        return original(...of);
      });
      const found = await rankPassages(passages, how);
      return { found, tiles, read: many.mock.calls.reduce((sum, [ids]) => sum + ids.length, 0) };
    };
    const { found, tiles } = await rank(few, ranking);
    expect((await rank(few.slice(100, 400), { ...ranking, cache })).read).toBe(300);
    expect(await rank(few, { ...ranking, cache })).toEqual({ found, tiles, read: 400 });
    expect(await rank(few, { ...ranking, cache })).toEqual({ found, tiles, read: 0 });
    score.mockRestore();
    many.mockRestore();
  });

  it('goes on until the depth is reached', async () => {
    const scores = new Map<number, number>();
    const found = await rescoreCandidates(roughly(0.02), [], { ...ranking, depth: 700, settled: 10, scores });
    expect(found).toHaveLength(700);
    expect(scores.size).toBeLessThan(PASSAGES / 2 + 128);
  });

  it('scores no passage that has its score', async () => {
    const scores = new Map(exact.map(({ passageId, score }) => [passageId, score]));
    const many = vi.spyOn(ranking.vectors, 'many');
    const found = await rescoreCandidates(roughly(0.02), [1, 2], { ...ranking, depth: 300, settled: 10, scores });
    expect(found).toEqual(exact.slice(0, 300));
    expect(many).not.toHaveBeenCalled();
    many.mockRestore();
  });

  it('scores the others in any case, each passage once', async () => {
    const [best, second] = exact.map(({ passageId }) => passageId);
    const candidates = roughly(0.02).filter(({ passageId }) => passageId !== second);
    const { found, read } = await ranked(candidates, [second!, best!, 999_999], 10);
    expect(found).toEqual(exact.slice(0, 10));
    expect(read).toBeLessThan(PASSAGES / 2);
  });
});
