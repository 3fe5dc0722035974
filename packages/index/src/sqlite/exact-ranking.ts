import { throwIfAborted } from '@glot/errors';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import type { Ranked } from '../fusion.js';
import { TopRanked } from '../top-ranked.js';
import type { PassageVectors, StoredRows } from './passage-vectors.js';
import { ScoreForecast } from './score-forecast.js';
import type { CachedPassage, VectorCache } from './vector-cache.js';

/** Passages read at a time: about 2 MB. */
const READ_PASSAGES = 256;

/** Candidates between two looks at whether the others can still be among the best. */
const LOOK_AFTER = 128;

/** Exact scores lie as far above what is expected of them in one of thirty thousand cases, were they normal. */
const SURPRISE = 4;

export interface ExactRanking {
  readonly query: TokenVectors;
  readonly vectors: PassageVectors;
  /** To read from first, and to keep in what is read. */
  readonly cache?: VectorCache;
  readonly maxSim: MaxSim;
  /** Passages to return at most. */
  readonly depth: number;
  readonly signal: AbortSignal | undefined;
}

/** Exact MaxSim over these passages, as a mean over the query's rows; those that are gone are left out. Best first. */
export async function rankPassages(passages: readonly number[], ranking: ExactRanking): Promise<Ranked[]> {
  const top = new TopRanked(ranking.depth);
  ranking.cache?.follow();
  await scorePassages(passages, ranking, (passageId, score) => top.add(passageId, score));
  return top.sorted();
}

/**
 * As `rankPassages`, over candidates that come with rough scores, best first. It ends where those that are left can
 * hardly be among the best `limit`, but not before `depth` of them are scored: how far exact scores lie from rough ones
 * is seen from those that have both.
 * @param others to be scored in any case
 */
export async function rankCandidates(
  candidates: readonly Ranked[],
  others: readonly number[],
  limit: number,
  ranking: ExactRanking,
): Promise<Ranked[]> {
  const top = new TopRanked(ranking.depth);
  const best = new TopRanked(limit);
  const forecast = new ScoreForecast();
  const scored = new Set<number>();
  ranking.cache?.follow();
  for (let start = 0; start < candidates.length; start += LOOK_AFTER) {
    if (start >= ranking.depth && forecast.highest(candidates[start]!.score, SURPRISE) < best.least) break;
    const some = new Map(
      candidates.slice(start, start + LOOK_AFTER).map(({ passageId, score }) => [passageId, score] as const),
    );
    await scorePassages([...some.keys()], ranking, (passageId, score) => {
      top.add(passageId, score);
      best.add(passageId, score);
      forecast.add(some.get(passageId)!, score);
    });
    for (const passageId of some.keys()) scored.add(passageId);
  }
  const left = others.filter((passageId) => !scored.has(passageId));
  await scorePassages(left, ranking, (passageId, score) => top.add(passageId, score));
  return top.sorted();
}

async function scorePassages(
  passages: readonly number[],
  { query, vectors, cache, maxSim, signal }: ExactRanking,
  take: (passageId: number, score: number) => void,
): Promise<void> {
  const { dim } = vectors;
  const queryRows = query.data.length / dim;
  if (queryRows === 0) return;
  // In the order of the file.
  const ids = [...new Set(passages)].sort((a, b) => a - b);
  const tile = vectors.spareTiles.take();
  const flush = async () => {
    const documents = {
      codes: tile.codes.subarray(0, tile.rows * dim),
      scales: tile.scales.subarray(0, tile.rows),
      dim,
    };
    const scores = await maxSim.score(query.data, queryRows, documents, tile.offsets.subarray(0, tile.texts + 1));
    for (let at = 0; at < tile.texts; at += 1) take(tile.ids[at]!, scores[at]! / queryRows);
    tile.clear();
  };
  const append = (found: CachedPassage | StoredRows) =>
    'tile' in found ? tile.appendFrom(found.tile, found.index) : vectors.append(tile, found);
  for (let start = 0; start < ids.length; start += READ_PASSAGES) {
    throwIfAborted(signal);
    // In the order of ids whatever was cached: the last bit of a product differs with its place in a tile.
    for (const found of passagesOf(ids.slice(start, start + READ_PASSAGES), vectors, cache)) {
      if (append(found)) continue;
      await flush();
      append(found);
    }
  }
  throwIfAborted(signal);
  if (tile.texts > 0) await flush();
  vectors.spareTiles.give(tile);
}

/** Those of these passages that are there and have rows, in this order. */
function passagesOf(
  ids: readonly number[],
  vectors: PassageVectors,
  cache: VectorCache | undefined,
): (CachedPassage | StoredRows)[] {
  const found = new Map<number, CachedPassage | StoredRows>();
  for (const id of cache ? ids : []) {
    const cached = cache!.find(id);
    if (cached) found.set(id, cached);
  }
  for (const stored of vectors.many(ids.filter((id) => !found.has(id)))) {
    if (stored.rows > 0) found.set(stored.passageId, cache?.keep(stored) ?? stored);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}
