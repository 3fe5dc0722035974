import type { TokenVectors } from '@glot/kernels';
import type { ScoredContext } from './context-scores.js';
import { foldText } from './folded-text.js';
import type { QuotableSentence } from './quotable-sentences.js';
import { containment, mean } from './sentence-evidence.js';
import type { AnswerGenerator, DraftEvent, GenerationRequest, PackedContext } from './types.js';

/**
 * Answers with sentences of the documents, word for word. Each sentence of each context is encoded; its score is the
 * question's MaxSim with it, helped by the evidence of the context around it.
 */

/** Share of the context's evidence in a sentence's score. */
const CONTEXT_SHARE = 0.3;

/** Taken off a fragment without a sentence's end: it is chosen only where no sentence comes near. */
const FRAGMENT_PENALTY = 0.05;

/** A further sentence must reach this share of the best one's lead over the mean sentence. */
const MIN_LEAD_SHARE = 0.75;

/** Two sentences that hold this much of each other say the same, in whatever language. */
const SAME_CONTENT = 0.9;

interface Candidate {
  readonly context: PackedContext;
  readonly sentence: QuotableSentence;
  /** Its place in the encoded batch. */
  readonly text: number;
  readonly score: number;
}

export const extractiveGenerator: AnswerGenerator = {
  name: 'extractive',
  async *generate({ scores: { contexts, vectors }, maxSentences }: GenerationRequest): AsyncGenerator<DraftEvent> {
    if (contexts.length === 0) {
      yield { type: 'abstain', reason: 'nothing-quotable' };
      return;
    }
    for (const { sentence, context, score } of chooseSentences(candidatesOf(contexts), vectors, maxSentences)) {
      const quote = context.text.slice(sentence.start - context.start, sentence.end - context.start);
      const citation = { context, quote, near: sentence.start };
      yield { type: 'sentence', sentence: { text: sentence.text, score, citations: [citation] } };
    }
  },
};

function candidatesOf(contexts: readonly ScoredContext[]): Candidate[] {
  return contexts.flatMap(({ context, sentences, maxima }) => {
    const around = mean(maxima);
    return sentences.map(({ sentence, text, maxima: own }) => {
      const penalty = sentence.complete ? 0 : FRAGMENT_PENALTY;
      const score = (1 - CONTEXT_SHARE) * mean(own) + CONTEXT_SHARE * around - penalty;
      return { context, sentence, text, score };
    });
  });
}

/** Best first; a sentence that repeats a chosen one, in any language or file, is passed over. */
function chooseSentences(candidates: readonly Candidate[], vectors: TokenVectors, limit: number): Candidate[] {
  const ranked = candidates.filter((candidate) => Number.isFinite(candidate.score)).sort((a, b) => b.score - a.score);
  const best = ranked[0];
  if (best === undefined) return [];
  const average = ranked.reduce((sum, candidate) => sum + candidate.score, 0) / ranked.length;
  const floor = average + MIN_LEAD_SHARE * (best.score - average);
  const chosen: Candidate[] = [];
  for (const candidate of ranked) {
    if (chosen.length === limit || candidate.score < floor) break;
    if (!chosen.some((other) => saysTheSame(candidate, other, vectors))) chosen.push(candidate);
  }
  return chosen;
}

function saysTheSame(a: Candidate, b: Candidate, vectors: TokenVectors): boolean {
  if (foldText(a.sentence.text).text === foldText(b.sentence.text).text) return true;
  return Math.min(containment(vectors, a.text, b.text), containment(vectors, b.text, a.text)) >= SAME_CONTENT;
}
