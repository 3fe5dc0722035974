import { throwIfAborted } from '@glot/errors';
import type { Hit, StoredDocument } from '@glot/index';
import type { TokenVectors } from '@glot/kernels';
import { diversify, POOL_FACTOR } from '../context/diversity.js';
import type { DroppedHit, PackedContext, Packing } from '../context/packed-context.js';
import { packHits } from '../context/packing.js';
import { answerEvidence } from '../evidence/answer-evidence.js';
import { type ContextScores, scoreContexts } from '../evidence/context-scores.js';
import type { Evidence } from '../evidence/evidence.js';
import { extractiveGenerator } from '../generators/extractive/extractive-generator.js';
import { DEFAULT_HIT_LIMIT, resolveEncoder, retrieveWithVectors } from '../retrieval/retrieve.js';
import type { AnswerEvent, AskOptions, AskSources } from './answer.js';

export const DEFAULT_BUDGET_TOKENS = 2048;

/** All that is known before a word of the answer is written. */
export interface RetrievedContext {
  readonly question: string;
  readonly vectors: TokenVectors;
  readonly hits: readonly Hit[];
  readonly packing: Packing;
  /** Of the hits, by path. */
  readonly documents: ReadonlyMap<string, StoredDocument>;
  /** Null where nothing was packed. */
  readonly scores: ContextScores | null;
  readonly evidence: Evidence | null;
  readonly started: number;
  readonly encodeMs: number;
  readonly searchMs: number;
  readonly packMs: number;
}

/**
 * Retrieves, packs and weighs; the first two are events.
 *
 * @param searched what to look for, where it is not the question itself: what is found is weighed by the question alone
 * @throws as `askStream`
 */
export async function* retrieveContext(
  question: string,
  options: AskSources & AskOptions,
  searched = question,
): AsyncGenerator<AnswerEvent & { type: 'retrieved' | 'packed' }, RetrievedContext, void> {
  const started = performance.now();
  const limit = options.limit ?? DEFAULT_HIT_LIMIT;
  const retrieval = await retrieveWithVectors(searched, { ...options, limit: limit * POOL_FACTOR }, true);
  const { searchMs } = retrieval;
  const { hits, dropped } = diversify(retrieval.hits, limit);
  let { vectors, encodeMs } = retrieval;
  const asked = question.trim();
  const encoder = await resolveEncoder(options.encoder);
  if (searched !== question) {
    const encodeStarted = performance.now();
    vectors = await encoder.encodeQueries([asked], options.signal === undefined ? {} : { signal: options.signal });
    encodeMs += performance.now() - encodeStarted;
  }
  yield { type: 'retrieved', question: asked, hits, encodeMs, searchMs };

  const packStarted = performance.now();
  const generator = options.generator ?? extractiveGenerator;
  const documents = await options.index.getMany(new Set(hits.map(({ path }) => path)));
  const countTokens = (text: string) => generator.countTokens?.(text) ?? encoder.countTokens(text);
  const budgetTokens = options.budgetTokens ?? DEFAULT_BUDGET_TOKENS;
  const packed = packHits(hits, { documents, countTokens, budgetTokens });
  const packing = fitted(
    { ...packed, dropped: [...dropped, ...packed.dropped] },
    (contexts) => generator.fits?.(asked, contexts) ?? true,
  );
  const packMs = performance.now() - packStarted;
  yield { type: 'packed', packing, packMs };

  throwIfAborted(options.signal);
  const scores =
    packing.contexts.length === 0 ? null : await scoreContexts(vectors!, packing.contexts, encoder, options.signal);
  const evidence = scores === null ? null : answerEvidence(asked, vectors!, scores, encoder);
  return {
    ...{ question: asked, vectors: vectors!, hits, packing, documents, scores, evidence },
    ...{ started, encodeMs, searchMs, packMs },
  };
}

/** Without the last contexts as long as the whole is too much for the model. */
function fitted(packing: Packing, fits: (contexts: readonly PackedContext[]) => boolean): Packing {
  const contexts = [...packing.contexts];
  const dropped: DroppedHit[] = [...packing.dropped];
  while (contexts.length > 0 && !fits(contexts)) {
    const { hits, tokens } = contexts.pop()!;
    for (const { passageId, path } of hits) dropped.push({ passageId, path, reason: 'budget', tokens });
  }
  if (contexts.length === packing.contexts.length) return packing;
  return { ...packing, contexts, dropped, tokens: contexts.reduce((sum, context) => sum + context.tokens, 0) };
}
