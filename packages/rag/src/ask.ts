import { throwIfAborted } from '@glot/errors';
import type { MultivectorIndex } from '@glot/index';
import { verifyDraft } from './draft-verification.js';
import { extractiveGenerator } from './extractive-generator.js';
import { type DocumentLookup, packHits } from './packing.js';
import { resolveEncoder, retrieveWithVectors } from './retrieve.js';
import type { AbstainReason, Answer, AnswerSentence, AskOptions, Packing } from './types.js';

export const DEFAULT_BUDGET_TOKENS = 2048;
export const DEFAULT_MAX_SENTENCES = 3;

/**
 * Answers a question from the index, each sentence with citations that were found in the stored text. Where the
 * documents do not hold an answer it abstains, with a reason.
 *
 * @throws GlotError `rag.empty-question`, `aborted`, and what the encoder, the index and the generator throw
 * @example
 * const answer = await ask('Wie lange muss Sauerteig gehen?', { index, encoder });
 * if (!answer.abstained) for (const { text, citations } of answer.sentences) console.log(text, citations[0]?.path);
 */
export async function ask(question: string, options: AskOptions): Promise<Answer> {
  const started = performance.now();
  const generator = options.generator ?? extractiveGenerator;
  const budgetTokens = options.budgetTokens ?? DEFAULT_BUDGET_TOKENS;
  const retrieval = await retrieveWithVectors(question, options, true);
  const encoder = await resolveEncoder(options.encoder);

  const retrieved = performance.now();
  const documentOf = storedDocuments(options.index);
  const countTokens = (text: string) => encoder.countTokens(text);
  const packing = packHits(retrieval.hits, { documentOf, countTokens, budgetTokens });

  const packed = performance.now();
  let sentences: AnswerSentence[] = [];
  let reason: AbstainReason | null = retrieval.hits.length === 0 ? 'nothing-found' : 'nothing-quotable';
  let unverified = 0;
  let generated = packed;
  if (packing.contexts.length > 0) {
    throwIfAborted(options.signal);
    const draft = await generator.generate({
      question: question.trim(),
      questionVectors: retrieval.vectors!,
      contexts: packing.contexts,
      encoder,
      maxSentences: options.maxSentences ?? DEFAULT_MAX_SENTENCES,
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    generated = performance.now();
    throwIfAborted(options.signal);
    if (draft.abstain !== null) reason = draft.abstain;
    else ({ sentences, unverified } = verifyDraft(draft, documentOf));
    if (sentences.length > 0) reason = null;
  }
  const finished = performance.now();
  return {
    question: question.trim(),
    abstained: reason !== null,
    reason,
    sentences,
    generator: generator.name,
    context: { ...contextReport(packing), unverified },
    timings: {
      encodeMs: retrieval.encodeMs,
      searchMs: retrieval.searchMs,
      packMs: packed - retrieved,
      generateMs: generated - packed,
      verifyMs: finished - generated,
      totalMs: finished - started,
    },
  };
}

function contextReport({ contexts, dropped, tokens, budgetTokens }: Packing): Omit<Answer['context'], 'unverified'> {
  const passages = contexts.reduce((sum, context) => sum + context.hits.length, 0);
  return { passages, tokens, budgetTokens, dropped };
}

/** Each document is read from the store once per question. */
function storedDocuments(index: MultivectorIndex): DocumentLookup {
  const documents = new Map<string, ReturnType<DocumentLookup>>();
  return (path) => {
    let document = documents.get(path);
    if (document === undefined) {
      document = index.get(path);
      documents.set(path, document);
    }
    return document;
  };
}
