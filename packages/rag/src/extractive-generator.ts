import type { TokenVectors } from '@glot/kernels';
import { foldText } from './folded-text.js';
import { neutralText } from './prompting/neutral-text.js';
import { type QuotableSentence, quotableSentences } from './quotable-sentences.js';
import { containment, mean, queryRows, raiseMaxima } from './sentence-evidence.js';
import type { AnswerGenerator, DraftEvent, GenerationRequest, PackedContext } from './types.js';

/**
 * Answers with sentences of the documents, word for word. Each sentence of each context is encoded; its score is the
 * question's MaxSim with it, helped by the evidence of the context around it.
 */

/** Contexts beyond these are not read: each costs a run of the encoder. */
const MAX_CONTEXTS = 6;

/** Share of the context's evidence in a sentence's score. */
const CONTEXT_SHARE = 0.3;

/** Taken off a fragment without a sentence's end: it is chosen only where no sentence comes near. */
const FRAGMENT_PENALTY = 0.05;

/** A further sentence must reach this share of the best one's lead over the mean sentence. */
const MIN_LEAD_SHARE = 0.75;

/** Two sentences that hold this much of each other say the same, in whatever language. */
const SAME_CONTENT = 0.9;

/**
 * Below this MaxSim of the best context, per question token, the documents do not hold the answer.
 * Deliberately low: it refuses only what has next to nothing in common with the question.
 */
export const MIN_EVIDENCE = 0.3;

interface Candidate {
  readonly context: PackedContext;
  readonly sentence: QuotableSentence;
  /** Its place in the encoded batch. */
  readonly text: number;
  readonly score: number;
}

export const extractiveGenerator: AnswerGenerator = {
  name: 'extractive',
  async *generate(request: GenerationRequest): AsyncGenerator<DraftEvent> {
    const { contexts, encoder, questionVectors, maxSentences, signal } = request;
    const groups: { context: PackedContext; sentences: QuotableSentence[] }[] = [];
    for (const context of contexts.slice(0, MAX_CONTEXTS)) {
      const sentences = sentencesOf(context);
      if (sentences.length > 0) groups.push({ context, sentences });
    }
    if (groups.length === 0) {
      yield { type: 'abstain', reason: 'nothing-quotable' };
      return;
    }

    const texts = groups.flatMap((group) => group.sentences.map((sentence) => sentence.text));
    const vectors = await encoder.encodeDocuments(texts, signal === undefined ? {} : { signal });
    const { candidates, evidence } = scoreSentences(groups, questionVectors, vectors);
    if (!(evidence >= MIN_EVIDENCE)) {
      yield { type: 'abstain', reason: 'weak-evidence' };
      return;
    }
    for (const { sentence, context, score } of chooseSentences(candidates, vectors, maxSentences)) {
      const citation = { context, quote: quoteOf(context, sentence), near: sentence.start };
      yield { type: 'sentence', sentence: { text: sentence.text, score, citations: [citation] } };
    }
  },
};

/** Sentences with their offsets in the document's text. */
function sentencesOf(context: PackedContext): QuotableSentence[] {
  const { text, start, format, lang } = context;
  const sentences = quotableSentences({ text, start: 0, end: text.length, format, lang });
  // Chat-template tokens are no prose: whoever wrote them talks to a model, not to readers.
  return sentences
    .filter((sentence) => neutralText(sentence.text) === sentence.text)
    .map((sentence) => ({ ...sentence, start: sentence.start + start, end: sentence.end + start }));
}

function quoteOf(context: PackedContext, sentence: QuotableSentence): string {
  return context.text.slice(sentence.start - context.start, sentence.end - context.start);
}

/** `evidence` is the MaxSim per question token of the best context, over all of its sentences. */
function scoreSentences(
  groups: readonly { context: PackedContext; sentences: readonly QuotableSentence[] }[],
  question: TokenVectors,
  vectors: TokenVectors,
): { candidates: Candidate[]; evidence: number } {
  const rows = queryRows(question);
  const sentenceMaxima = new Float32Array(rows);
  const contextMaxima = new Float32Array(rows);
  const candidates: Candidate[] = [];
  let evidence = -Infinity;
  let text = 0;
  for (const { context, sentences } of groups) {
    contextMaxima.fill(-Infinity);
    const scored = sentences.map((sentence) => {
      sentenceMaxima.fill(-Infinity);
      raiseMaxima(question, vectors, text, sentenceMaxima);
      raiseElements(contextMaxima, sentenceMaxima);
      return { context, sentence, text: text++, own: mean(sentenceMaxima) };
    });
    const around = mean(contextMaxima);
    evidence = Math.max(evidence, around);
    for (const { own, ...rest } of scored) {
      const penalty = rest.sentence.complete ? 0 : FRAGMENT_PENALTY;
      candidates.push({ ...rest, score: (1 - CONTEXT_SHARE) * own + CONTEXT_SHARE * around - penalty });
    }
  }
  return { candidates, evidence };
}

function raiseElements(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) if (values[i]! > into[i]!) into[i] = values[i]!;
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
