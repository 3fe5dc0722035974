/**
 * Answers against judgements, and the shares that a data set amounts to; no model judges.
 * @module
 */

import { type Answer, type Evidence, questionLanguage } from '@glot/rag';
import type { AnswerQuestion } from '../datasets/answer-questions.js';
import { exactMatch, holdsAnswer, overlapF1 } from './answer-text.js';

/** One question, asked without regard to evidence, so that any threshold can be judged afterwards. */
export interface AskedQuestion {
  readonly id: string;
  readonly answerable: boolean;
  readonly evidence: Evidence | null;
  /** Similarity of the best hit: what the evidence has to beat. */
  readonly topScore: number;
  /** The best hit is a judged passage. */
  readonly topRelevant: boolean;
  /** There is an answer and its first citation is of a judged passage. */
  readonly citedRelevant: boolean;
  /** Of the citations shown, those of judged passages; of the judged passages, those cited. */
  readonly citationPrecision: number;
  readonly citationRecall: number;
  /** The first sentence is in the question's language; null where either cannot be told. */
  readonly languageMatch: boolean | null;
  /** The first citation's passage, the first quote, any quote holds a judged answer. */
  readonly passageHolds: boolean;
  readonly quoteHolds: boolean;
  readonly anyQuoteHolds: boolean;
  readonly exact: boolean;
  /** Of the first sentence against the nearest judged answer. */
  readonly f1: number;
  readonly answered: boolean;
  readonly verified: number;
  readonly unverified: number;
  readonly totalMs: number;
}

export interface AnswersEvaluation {
  readonly dataset: string;
  readonly passages: number;
  readonly questions: number;
  /** Of all answerable questions: the best hit is judged relevant. */
  readonly recallAt1: number;
  /** Of all answerable questions, whatever the evidence: the cited passage holds the answer. */
  readonly passageHolds: number;
  /** Of the answerable questions: those answered at the default threshold. The figures below are of these. */
  readonly answeredShare: number;
  /** The first citation is of a judged passage. */
  readonly citedRelevant: number;
  readonly citationPrecision: number;
  readonly citationRecall: number;
  readonly answeredPassageHolds: number;
  readonly quoteHolds: number;
  readonly anyQuoteHolds: number;
  readonly exactMatch: number;
  readonly f1: number;
  /** Of those where both languages can be told; null where there are none. */
  readonly languageMatch: number | null;
  /** Of the claims of all answers: those that were verified. */
  readonly verifiedShare: number;
  /** Of the questions without their passages: those abstained from; null where they were not asked. */
  readonly abstainedShare: number | null;
  readonly meanMs: number;
  readonly asked: readonly AskedQuestion[];
}

export function judgedAnswer(
  answer: Answer,
  { text: question, relevant, answers }: AnswerQuestion,
  texts: ReadonlyMap<string, string>,
) {
  const [first] = answer.sentences;
  const citation = first?.citations[0];
  const citations = answer.sentences.flatMap((sentence) => sentence.citations);
  const quotes = citations.map(({ quote }) => quote);
  const cited = new Set(citations.map(({ path }) => path));
  const relevantCitations = citations.filter(({ path }) => relevant.has(path)).length;
  const [asked, answeredIn] = [questionLanguage(question), first === undefined ? null : questionLanguage(first.text)];
  const holds = (text: string | undefined) => text !== undefined && answers.some((gold) => holdsAnswer(text, gold));
  return {
    evidence: answer.evidence,
    citedRelevant: citation !== undefined && relevant.has(citation.path),
    citationPrecision: relevantCitations / Math.max(1, citations.length),
    citationRecall: [...relevant].filter((path) => cited.has(path)).length / Math.max(1, relevant.size),
    languageMatch: asked === null || answeredIn === null ? null : asked === answeredIn,
    passageHolds: holds(citation && texts.get(citation.path)),
    quoteHolds: holds(citation?.quote),
    anyQuoteHolds: quotes.some(holds),
    exact: first !== undefined && answers.some((gold) => exactMatch(first.text, gold)),
    f1: first === undefined ? 0 : Math.max(0, ...answers.map((gold) => overlapF1(first.text, gold))),
    answered: !answer.abstained,
    verified: quotes.length,
    unverified: answer.context.unverified,
    totalMs: answer.timings.totalMs,
  };
}

export function answerFigures(asked: readonly AskedQuestion[]) {
  const answerable = asked.filter((question) => question.answerable);
  const answered = answerable.filter(passesThreshold);
  const told = answered.filter((question) => question.languageMatch !== null);
  const unanswerable = asked.filter((question) => !question.answerable);
  const verified = sum(asked, (question) => question.verified);
  return {
    recallAt1: share(answerable, (question) => question.topRelevant),
    passageHolds: share(answerable, (question) => question.passageHolds),
    answeredShare: share(answerable, passesThreshold),
    citedRelevant: share(answered, (question) => question.citedRelevant),
    citationPrecision: sum(answered, (question) => question.citationPrecision) / Math.max(1, answered.length),
    citationRecall: sum(answered, (question) => question.citationRecall) / Math.max(1, answered.length),
    answeredPassageHolds: share(answered, (question) => question.passageHolds),
    quoteHolds: share(answered, (question) => question.quoteHolds),
    anyQuoteHolds: share(answered, (question) => question.anyQuoteHolds),
    exactMatch: share(answered, (question) => question.exact),
    f1: sum(answered, (question) => question.f1) / Math.max(1, answered.length),
    languageMatch: told.length === 0 ? null : share(told, (question) => question.languageMatch === true),
    verifiedShare: verified / Math.max(1, verified + sum(asked, (question) => question.unverified)),
    abstainedShare: unanswerable.length === 0 ? null : share(unanswerable, (question) => !passesThreshold(question)),
    meanMs: sum(asked, (question) => question.totalMs) / Math.max(1, asked.length),
  };
}

function passesThreshold({ answered, evidence }: AskedQuestion): boolean {
  return answered && evidence !== null && evidence.score >= evidence.threshold;
}

function share(questions: readonly AskedQuestion[], test: (question: AskedQuestion) => boolean): number {
  return questions.filter(test).length / Math.max(1, questions.length);
}

function sum(questions: readonly AskedQuestion[], value: (question: AskedQuestion) => number): number {
  return questions.reduce((total, question) => total + value(question), 0);
}
