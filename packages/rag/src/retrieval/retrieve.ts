/**
 * The one place where a query is encoded and the index is asked.
 * @module
 */

import type { Encoder } from '@glot/encoder';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { Hit, QueryReading } from '@glot/index';
import type { TokenVectors } from '@glot/kernels';
import { readingOf } from './query-reading.js';
import type { EncoderSource, RetrieveOptions, RetrieveSources } from './retrieve-options.js';

export const DEFAULT_HIT_LIMIT = 10;

export interface Retrieval {
  readonly hits: Hit[];
  /** Null where the query was not encoded. */
  readonly vectors: TokenVectors | null;
  readonly encodeMs: number;
  readonly searchMs: number;
}

/**
 * Searches an index for a query in words. The encoder runs only where the mode needs vectors.
 *
 * @throws GlotError `rag.empty-question`, `AbortError`, and what the encoder and the index throw
 */
export async function retrieve(query: string, options: RetrieveSources & RetrieveOptions): Promise<Hit[]> {
  return (await retrieveWithVectors(query, options, false)).hits;
}

/** As `retrieve`; with `alwaysEncode` the query's vectors come back in lexical mode too. */
export async function retrieveWithVectors(
  query: string,
  options: RetrieveSources & RetrieveOptions,
  alwaysEncode: boolean,
): Promise<Retrieval> {
  const text = requireQuestion(query);
  throwIfAborted(options.signal);
  const mode = options.mode ?? 'hybrid';
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const started = performance.now();
  let vectors: TokenVectors | null = null;
  let reading: QueryReading | null = null;
  if (mode !== 'lexical' || alwaysEncode) {
    const encoder = await resolveEncoder(options.encoder);
    vectors = await encoder.encodeQueries([text], signal);
    reading = readingOf(encoder, text);
  }
  const encoded = performance.now();
  throwIfAborted(options.signal);
  const hits = await options.index.search({
    mode,
    limit: options.limit ?? DEFAULT_HIT_LIMIT,
    filter: options.filter,
    text,
    ...(reading !== null && { reading }),
    ...(mode !== 'lexical' && vectors !== null && { vectors }),
    ...signal,
  });
  return { hits, vectors, encodeMs: encoded - started, searchMs: performance.now() - encoded };
}

export async function resolveEncoder(source: EncoderSource): Promise<Encoder> {
  return typeof source === 'function' ? source() : source;
}

/** A question needs at least one visible character. */
export function requireQuestion(query: string): string {
  const text = query.trim();
  if (!/[^\s\p{C}\p{M}]/u.test(text)) {
    throw new GlotError('rag.empty-question', 'the question is empty; give at least one word');
  }
  return text;
}
