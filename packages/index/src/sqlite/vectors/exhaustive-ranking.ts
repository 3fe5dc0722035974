import { throwIfAborted } from '@glot/errors';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import type { ScoredPassage, TieOrder } from '../../ranking/fusion.js';
import { TopK } from '../../ranking/top-k.js';
import type { EligiblePassages } from '../filter/search-filter.js';
import type { ResidentVectors } from './resident-vectors.js';

export interface ExhaustiveRanking {
  readonly query: TokenVectors;
  readonly vectors: ResidentVectors;
  readonly maxSim: MaxSim;
  /** Null for every passage. */
  readonly eligible: EligiblePassages | null;
  /** Passages to return at most. */
  readonly depth: number;
  readonly order: TieOrder;
  readonly signal: AbortSignal | undefined;
}

/**
 * Exact MaxSim over all passages, as a mean over the query's rows. Yields to other work between tiles.
 * @throws an `AbortError`, `index.corrupt`
 */
export async function rankExhaustively(ranking: ExhaustiveRanking): Promise<ScoredPassage[]> {
  const { query, vectors, maxSim, eligible, depth, order, signal } = ranking;
  const queryRows = query.data.length / query.dim;
  if (queryRows === 0) return [];
  const top = new TopK(depth);
  for await (const { tile, texts, rows } of vectors.views(signal)) {
    throwIfAborted(signal);
    const codes = tile.codes.subarray(0, rows * tile.dim);
    const documents = { codes, scales: tile.scales.subarray(0, rows), dim: tile.dim };
    const scores = await maxSim.score(query.data, queryRows, documents, tile.offsets.subarray(0, texts + 1));
    for (let index = 0; index < texts; index += 1) {
      const id = tile.ids[index]!;
      if (!tile.removed[index] && (!eligible || eligible.has(id))) top.add(id, scores[index]! / queryRows);
    }
  }
  return top.sorted(order);
}
