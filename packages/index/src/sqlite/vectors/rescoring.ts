import { throwIfAborted } from '@glot/errors';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import type { ScoredPassage, TieOrder } from '../../ranking/fusion.js';
import { TopK } from '../../ranking/top-k.js';
import type { PassageVectors, StoredRows } from './passage-vectors.js';
import { RescoreEstimator } from './rescore-estimator.js';
import type { CachedPassage, VectorCache } from './vector-cache.js';

/** Passages read at a time: about 2 MB. */
const READ_PASSAGES = 256;

/** Candidates between two looks at whether the others can still be among the best. */
const LOOK_AFTER = 128;

/** Standard deviations above what is expected: of a normal distribution one value in thirty thousand lies beyond. */
const SURPRISE = 4;

export interface Rescoring {
  readonly query: TokenVectors;
  readonly vectors: PassageVectors;
  /** To read from first, and to keep in what is read. */
  readonly cache?: VectorCache | undefined;
  readonly maxSim: MaxSim;
  /** Passages to return at most. */
  readonly depth: number;
  /** Of those with equal scores. */
  readonly order: TieOrder;
  readonly signal: AbortSignal | undefined;
}

/** Exact MaxSim over these passages, as a mean over the query's rows; those that are gone are left out. Best first. */
export async function rankPassages(passages: readonly number[], ranking: Rescoring): Promise<ScoredPassage[]> {
  const top = new TopK(ranking.depth);
  ranking.cache?.follow();
  await scorePassages(passages, ranking, (passageId, score) => top.add(passageId, score));
  return top.sorted(ranking.order);
}

/** What is asked of candidates. */
export interface CandidateRescoring extends Rescoring {
  /** The best so many are found, as far as approximate scores tell. */
  readonly settled: number;
  /** Passages that are rescored already; those that are join them. */
  readonly scores: Map<number, number>;
}

/**
 * As `rankPassages`, over candidates that come with approximate scores, best first. It ends where those that are left can
 * hardly be among the best `settled`, but not before `depth` of them are rescored: what is to be expected of the others is
 * estimated from those.
 * @param others to be scored in any case
 */
export async function rescoreCandidates(
  candidates: readonly ScoredPassage[],
  others: readonly number[],
  ranking: CandidateRescoring,
): Promise<ScoredPassage[]> {
  const { scores, depth, settled } = ranking;
  const best = new TopK(settled);
  const estimator = new RescoreEstimator();
  ranking.cache?.follow();
  for (let start = 0; start < candidates.length; start += LOOK_AFTER) {
    if (start >= depth && estimator.upperBound(candidates[start]!.score, SURPRISE) < best.least) break;
    const some = candidates.slice(start, start + LOOK_AFTER);
    await score(some.map(({ passageId }) => passageId));
    for (const { passageId, score: approximate } of some) {
      const rescored = scores.get(passageId);
      if (rescored === undefined) continue;
      best.add(passageId, rescored);
      estimator.add(approximate, rescored);
    }
  }
  await score(others);
  const top = new TopK(depth);
  for (const [passageId, rescored] of scores) top.add(passageId, rescored);
  return top.sorted(ranking.order);

  function score(passages: readonly number[]): Promise<void> {
    const fresh = passages.filter((passageId) => !scores.has(passageId));
    return scorePassages(fresh, ranking, (passageId, rescored) => scores.set(passageId, rescored));
  }
}

async function scorePassages(
  passages: readonly number[],
  { query, vectors, cache, maxSim, signal }: Rescoring,
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
