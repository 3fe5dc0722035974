import { GlotError } from '@glot/errors';
import type { TokenVectors } from '@glot/kernels';
import { checkFilter } from '../filter/document-filter.js';
import type { EncoderIdentity, SearchFilter, SearchRequest } from '../types.js';
import { checkVectors } from '../vector-checks.js';
import type { Rows } from './row-weights.js';

/** A request with its parts checked. A side that is not asked for is null. */
export interface SearchPlan {
  readonly limit: number;
  readonly text: string | null;
  /** [rows x dim] of one text. */
  readonly vectors: TokenVectors | null;
  /** By which rows of the vectors are weighted; null where it is not known where they come from. */
  readonly rows: Rows | null;
  /** Share of the query's letters that the encoder does not read. */
  readonly unread: number;
  readonly filter: SearchFilter | null;
  readonly signal: AbortSignal | undefined;
}

const DEFAULT_LIMIT = 10;

/** @throws GlotError `index.query`, `index.dimension`, `index.vector-count`, `index.not-finite` */
export function planSearch(request: SearchRequest, encoder: EncoderIdentity): SearchPlan {
  const { mode, limit = DEFAULT_LIMIT, text, vectors, reading, filter = null, signal } = request;
  if (mode !== 'semantic' && mode !== 'lexical' && mode !== 'hybrid') {
    throw queryError(`unknown search mode ${String(mode)}; use semantic, lexical or hybrid`);
  }
  if (!Number.isInteger(limit) || limit < 1) {
    throw queryError(`the limit of a search must be a whole number of at least 1, not ${limit}`);
  }
  if (mode !== 'semantic' && text === undefined) throw queryError(`a ${mode} search needs the text of the query`);
  if (mode !== 'lexical' && vectors === undefined) throw queryError(`a ${mode} search needs the vectors of the query`);
  if (mode !== 'lexical' && vectors !== undefined) checkVectors(vectors, 1, encoder, 'the query');
  if (filter) checkFilter(filter);
  return {
    limit,
    text: mode === 'semantic' ? null : (text ?? null),
    vectors: mode === 'lexical' ? null : (vectors ?? null),
    rows: mode === 'lexical' ? null : rowsAsked(vectors, request),
    unread: Math.min(1, Math.max(0, reading?.unread ?? 0)),
    filter,
    signal,
  };
}

/** Null where it is not known where the rows come from. */
export function rowsAsked(
  vectors: TokenVectors | undefined,
  { text, reading }: Pick<SearchRequest, 'text' | 'reading'> = {},
): Rows | null {
  const spans = reading?.tokenOffsets;
  if (!vectors || text === undefined || !spans || spans.length * vectors.dim !== vectors.data.length) return null;
  return { text, spans };
}

function queryError(message: string): GlotError {
  return new GlotError('index.query', message);
}
