import { throwIfAborted } from '@glot/errors';
import type { MultivectorIndex } from '@glot/index';
import { untilAborted } from './abort-race.js';
import { answerEvidence, type Evidence } from './answer-evidence.js';
import { scoreContexts } from './context-scores.js';
import { verifySentence } from './draft-verification.js';
import { extractiveGenerator } from './extractive-generator.js';
import { type DocumentLookup, packHits } from './packing.js';
import { resolveEncoder, retrieveWithVectors } from './retrieve.js';
import type { AbstainReason, AnswerEvent, AskOptions, GeneratorUsage, RejectedClaim } from './types.js';

export const DEFAULT_BUDGET_TOKENS = 2048;
export const DEFAULT_MAX_SENTENCES = 3;

const NO_USAGE: GeneratorUsage = { promptTokens: null, generatedTokens: null, firstTokenMs: null };

/**
 * Answers a question as `ask` does, event by event. Whoever stops reading stops the work; a signal that fires ends it
 * at once, also while a generator waits.
 *
 * @throws GlotError `rag.empty-question`, `aborted`, and what the encoder, the index and the generator throw
 * @example
 * for await (const event of askStream('パンの発酵時間は？', { index, encoder })) {
 *   if (event.type === 'text') process.stdout.write(`${event.text}\n`);
 * }
 */
export async function* askStream(question: string, options: AskOptions): AsyncGenerator<AnswerEvent, void, void> {
  const { signal } = options;
  const started = performance.now();
  const generator = options.generator ?? extractiveGenerator;
  const { hits, vectors, encodeMs, searchMs } = await retrieveWithVectors(question, options, true);
  const asked = question.trim();
  yield { type: 'retrieved', question: asked, hits, encodeMs, searchMs };

  const packStarted = performance.now();
  const encoder = await resolveEncoder(options.encoder);
  const documentOf = storedDocuments(options.index);
  const countTokens = (text: string) => generator.countTokens?.(text) ?? encoder.countTokens(text);
  const budgetTokens = options.budgetTokens ?? DEFAULT_BUDGET_TOKENS;
  const packing = packHits(hits, { documentOf, countTokens, budgetTokens });
  const packMs = performance.now() - packStarted;
  yield { type: 'packed', packing, packMs };

  const maxSentences = options.maxSentences ?? DEFAULT_MAX_SENTENCES;
  const rejected: RejectedClaim[] = [];
  let reason: AbstainReason | null = hits.length === 0 ? 'nothing-found' : 'nothing-quotable';
  let evidence: Evidence | null = null;
  let usage = NO_USAGE;
  let sentences = 0;
  let verified = 0;
  let verifyMs = 0;
  let firstSentenceMs: number | null = null;
  const generateStarted = performance.now();
  if (packing.contexts.length > 0) {
    throwIfAborted(signal);
    const scores = await scoreContexts(vectors!, packing.contexts, encoder, signal);
    evidence = answerEvidence(asked, vectors!, scores, encoder);
    if (evidence !== null && evidence.score < (options.minEvidence ?? evidence.threshold)) reason = 'weak-evidence';
    const drafts =
      reason === 'weak-evidence'
        ? nothing()
        : generator.generate({
            scores,
            question: asked,
            questionVectors: vectors!,
            contexts: packing.contexts,
            encoder,
            maxSentences,
            ...(signal !== undefined && { signal }),
          });
    for await (const draft of untilAborted(drafts, signal)) {
      if (draft.type === 'usage') usage = draft.usage;
      else if (draft.type === 'abstain') {
        // Sentences that were verified and shown stand, whatever the generator says after them.
        reason = draft.reason;
        break;
      } else if (sentences < maxSentences) {
        const verifyStarted = performance.now();
        const checked = verifySentence(draft.sentence, documentOf);
        verifyMs += performance.now() - verifyStarted;
        rejected.push(...checked.rejected);
        if (checked.citations.length === 0) continue;
        firstSentenceMs ??= performance.now() - started;
        verified += checked.citations.length;
        const sentence = sentences++;
        yield { type: 'text', sentence, text: draft.sentence.text, score: draft.sentence.score };
        for (const citation of checked.citations) yield { type: 'citation', sentence, citation };
      }
    }
    throwIfAborted(signal);
    if (sentences > 0) reason = null;
    else if (reason === 'nothing-quotable' && rejected.length > 0) reason = 'nothing-verified';
  }
  const finished = performance.now();
  yield { type: 'verification', verified, rejected };
  yield {
    type: 'done',
    abstained: reason !== null,
    reason,
    generator: generator.name,
    evidence,
    timings: {
      encodeMs,
      searchMs,
      packMs,
      firstSentenceMs,
      generateMs: finished - generateStarted - verifyMs,
      verifyMs,
      totalMs: finished - started,
    },
    usage,
  };
}

async function* nothing(): AsyncGenerator<never> {}

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
