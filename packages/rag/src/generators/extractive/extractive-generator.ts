/**
 * Answers with sentences of the documents, word for word. A sentence's score is the question's MaxSim with it and with
 * the context around it, the rank at which the context was found, and the question's words that it holds.
 * `eval/reports/answers.md` tells what each is worth.
 * @module
 */

import type { TokenVectors } from '@glot/kernels';
import { foldText } from '@glot/text';
import type { PackedContext } from '../../context/packed-context.js';
import type { SentenceScores } from '../../evidence/context-scores.js';
import { containment, contentRows, mean, queryRows } from '../../evidence/sentence-evidence.js';
import { wordCoverage } from '../../evidence/word-coverage.js';
import { escapeSpecialTokens } from '../../prompting/escape-special-tokens.js';
import type { QuotableSentence } from '../../sentences/quotable-sentences.js';
import type { AnswerGenerator, DraftEvent, GenerationRequest } from '../answer-generator.js';

/** Share of the context in a sentence's similarity. */
const CONTEXT_SHARE = 0.5;

/** Taken off for each doubling of the rank of the context, which is that of its best hit. */
const RANK_WEIGHT = 0.2 * Math.LN2;

const WORDS_WEIGHT = 0.06;

/** Taken off a fragment without a sentence's end: it is chosen only where no sentence comes near. */
const FRAGMENT_PENALTY = 0.05;

/** Taken off a question: it answers none. */
const QUESTION_PENALTY = 0.2;

/** Taken off all sentences around chat-template tokens and forged fences: such text speaks to models, not to readers. */
const FORGERY_PENALTY = 0.3;

const IS_QUESTION = /[?？؟\u037E\u055E]["'”’»›」』）)\]*_]*$/u;

/** A further sentence may lack this share of the best one's lead over the mean sentence, rank left aside. */
const LEAD_SHARE = 0.25;

/** Two sentences that hold this much of each other say the same, in whatever language. */
const SAME_CONTENT = 0.9;

interface Candidate {
  readonly context: PackedContext;
  readonly sentence: QuotableSentence;
  /** Its place in the encoded batch. */
  readonly text: number;
  readonly score: number;
  /** The same without the rank. */
  readonly likeness: number;
}

export const extractiveGenerator: AnswerGenerator = {
  name: 'extractive',
  async *generate(request: GenerationRequest): AsyncGenerator<DraftEvent> {
    const { contexts, vectors } = request.scores;
    if (contexts.length === 0) {
      yield { type: 'abstain', reason: 'nothing-quotable' };
      return;
    }
    for (const { sentence, context, score } of chooseSentences(candidatesOf(request), vectors, request.maxSentences)) {
      const quote = context.text.slice(sentence.start - context.start, sentence.end - context.start);
      const citation = { context, quote, near: sentence.start };
      yield { type: 'sentence', sentence: { text: sentence.text, score, citations: [citation] } };
    }
  },
};

function candidatesOf({ question, questionVectors, scores: { contexts }, encoder }: GenerationRequest): Candidate[] {
  const rows = contentRows(queryRows(questionVectors), encoder.countTokens(question));
  const similarity = (maxima: Float32Array) => mean(maxima.subarray(rows.start, rows.end));
  const coverage = wordCoverage(
    question,
    contexts.map(({ context }) => context.text),
  );
  return contexts.flatMap(({ context, sentences, maxima }) => {
    const around = similarity(maxima);
    const rank = Math.min(...context.hits.map((hit) => hit.rank));
    const forged = escapeSpecialTokens(context.text) === context.text ? 0 : FORGERY_PENALTY;
    return sentences.map(({ sentence, text, maxima: own }, i): Candidate => {
      const asked = answeredQuestion(sentences, i);
      const near =
        CONTEXT_SHARE * around + (1 - CONTEXT_SHARE) * similarity(asked === null ? own : greater(own, asked));
      const penalty =
        (sentence.complete ? 0 : FRAGMENT_PENALTY) + (IS_QUESTION.test(sentence.text) ? QUESTION_PENALTY : 0);
      const likeness = near + WORDS_WEIGHT * coverage(sentence.text) - penalty;
      return { context, sentence, text, likeness, score: likeness - forged - RANK_WEIGHT * Math.log2(rank) };
    });
  });
}

/** Maxima of the question right before a sentence, as in lists of questions and answers; null where there is none. */
function answeredQuestion(sentences: readonly SentenceScores[], i: number): Float32Array | null {
  const before = sentences[i - 1];
  if (before === undefined || !IS_QUESTION.test(before.sentence.text)) return null;
  const gap = sentences[i]!.sentence.start - before.sentence.end;
  return gap <= LONGEST_GAP && !IS_QUESTION.test(sentences[i]!.sentence.text) ? before.maxima : null;
}

/** Blanks and marks of emphasis. */
const LONGEST_GAP = 8;

function greater(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => Math.max(value, b[i]!));
}

/** Best first; a sentence that repeats a chosen one, in any language or file, is passed over. */
function chooseSentences(candidates: readonly Candidate[], vectors: TokenVectors, limit: number): Candidate[] {
  const ranked = candidates.filter((candidate) => Number.isFinite(candidate.score)).sort((a, b) => b.score - a.score);
  const best = ranked[0];
  if (best === undefined) return [];
  const lead = best.likeness - mean(ranked.map((candidate) => candidate.likeness));
  const floor = best.score - LEAD_SHARE * Math.max(0, lead);
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
