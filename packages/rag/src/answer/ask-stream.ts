import { throwIfAborted } from '@glot/errors';
import type { AbstainReason, GeneratorUsage } from '../generators/answer-generator.js';
import { extractiveGenerator } from '../generators/extractive/extractive-generator.js';
import { resolveEncoder } from '../retrieval/retrieve.js';
import { verifySentence } from '../verification/draft-verification.js';
import { untilAborted } from './abort-race.js';
import type { AnswerEvent, AskOptions, AskSources, RejectedClaim } from './answer.js';
import { type RetrievedContext, retrieveContext } from './retrieve-context.js';

export const DEFAULT_MAX_SENTENCES = 3;

const NO_USAGE: GeneratorUsage = {
  promptTokens: null,
  generatedTokens: null,
  cachedTokens: null,
  firstTokenMs: null,
};

/**
 * Answers a question as `ask` does, event by event. Whoever stops reading stops the work; a signal that fires ends it
 * at once, also while a generator waits.
 *
 * @throws GlotError `rag.empty-question`, `AbortError`, and what the encoder, the index and the generator throw
 * @example
 * for await (const event of askStream('パンの発酵時間は？', { index, encoder })) {
 *   if (event.type === 'text') process.stdout.write(`${event.text}\n`);
 * }
 */
export async function* askStream(
  question: string,
  options: AskSources & AskOptions,
): AsyncGenerator<AnswerEvent, void, void> {
  yield* writeAnswer(yield* retrieveContext(question, options), options);
}

/** Writes the answer to a question whose passages are at hand. */
export async function* writeAnswer(
  context: RetrievedContext,
  options: AskSources & AskOptions,
): AsyncGenerator<AnswerEvent, void, void> {
  const { signal } = options;
  const { hits, vectors, packing, documents, scores, evidence, started } = context;
  const generator = options.generator ?? extractiveGenerator;
  const maxSentences = options.maxSentences ?? DEFAULT_MAX_SENTENCES;
  const rejected: RejectedClaim[] = [];
  let reason: AbstainReason | null = hits.length === 0 ? 'nothing-found' : 'nothing-quotable';
  let usage = NO_USAGE;
  let sentences = 0;
  let verified = 0;
  let verifyMs = 0;
  let firstSentenceMs: number | null = null;
  const generateStarted = performance.now();
  if (scores !== null) {
    if (evidence !== null && evidence.score < (options.minEvidence ?? evidence.threshold)) reason = 'weak-evidence';
    const drafts =
      reason === 'weak-evidence'
        ? nothing()
        : generator.generate({
            scores,
            question: context.question,
            questionVectors: vectors,
            contexts: packing.contexts,
            encoder: await resolveEncoder(options.encoder),
            maxSentences,
            signal,
          });
    for await (const draft of untilAborted(drafts, signal)) {
      if (draft.type === 'usage') usage = draft.usage;
      else if (draft.type === 'abstain') {
        // Sentences that were verified and shown stand, whatever the generator says after them.
        reason = draft.reason;
        break;
      } else if (sentences < maxSentences) {
        const verifyStarted = performance.now();
        const checked = verifySentence(draft.sentence, documents);
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
      encodeMs: context.encodeMs,
      searchMs: context.searchMs,
      packMs: context.packMs,
      firstSentenceMs,
      generateMs: finished - generateStarted - verifyMs,
      verifyMs,
      totalMs: finished - started,
    },
    usage,
  };
}

async function* nothing(): AsyncGenerator<never> {}
