import { jsonLines, scratchFolder, wordEncoder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { calibrateAbstention, riskCurve } from './abstention-calibration.js';
import type { AskedQuestion } from './answer-figures.js';
import { evaluateAnswers } from './rag-evaluation.js';

const folder = () =>
  scratchFolder({
    'corpus.jsonl': jsonLines([
      { _id: 'p1', title: '', text: 'The dough rises for twelve hours. Salt comes last.' },
      { _id: 'p2', title: '', text: '東京は日本の首都です。人口は約1400万人です。' },
      { _id: 'p3', title: '', text: 'القمر يدور حول الأرض كل شهر.' },
    ]),
    'queries.jsonl': jsonLines([
      { _id: 'q1', text: 'the dough rises how many hours' },
      { _id: 'q2', text: '日本の首都は' },
      { _id: 'q3', text: 'salt comes when' },
    ]),
    'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\tp1\t1\nq2\tp2\t1\nq3\tp1\t1\n',
    'answers.jsonl': jsonLines([
      { _id: 'q1', doc: 'p1', answers: [{ text: 'Twelve  hours', answer_start: 20 }] },
      { _id: 'q2', doc: 'p2', answers: [{ text: '東京', answer_start: 0 }] },
      { _id: 'q3', doc: 'p1', answers: [{ text: 'never said', answer_start: 0 }] },
    ]),
  });

describe('evaluateAnswers', () => {
  it('compares answers, citations and quotes with what was judged', async () => {
    const result = await evaluateAnswers(await folder(), { encoder: wordEncoder() });
    expect(result).toMatchObject({ passages: 3, questions: 3, recallAt1: 1, verifiedShare: 1, citationPrecision: 1 });
    expect(result.passageHolds).toBeCloseTo(2 / 3);
    expect(result.quoteHolds).toBeCloseTo(2 / 3);
    expect(result.asked).toHaveLength(6);
  });

  it('asks each question also without the passages that answer it', async () => {
    const { asked } = await evaluateAnswers(await folder(), { encoder: wordEncoder(), sample: 2 });
    const without = asked.filter((question) => !question.answerable);
    expect(without).toHaveLength(2);
    for (const question of without) {
      expect(question).toMatchObject({ topRelevant: false, citedRelevant: false });
      const twin = asked.find((other) => other.id === question.id && other.answerable)!;
      expect(question.evidence!.features.context).toBeLessThan(twin.evidence!.features.context!);
    }
  });
});

describe('calibrateAbstention', () => {
  /** Evidence tells the two apart; the top score says nothing. */
  const questions = Array.from({ length: 80 }, (_, i): AskedQuestion => {
    const answerable = i % 2 === 0;
    const noise = ((i * 37) % 11) / 20;
    const value = (answerable ? 0.8 : 0.4) + noise * 0.5;
    const features = { context: value, weakest: value, sentence: noise, margin: 0, words: value, spread: 0 };
    return {
      ...{
        id: String(i),
        answerable,
        topScore: ((i * 17) % 13) / 13,
        topRelevant: answerable,
        citedRelevant: answerable,
        citationPrecision: 1,
        citationRecall: 1,
        languageMatch: true,
      },
      ...{ evidence: { score: 0, threshold: 0, features }, passageHolds: answerable, quoteHolds: answerable },
      ...{ anyQuoteHolds: answerable, exact: false, f1: 0, answered: true, verified: 1, unverified: 0, totalMs: 1 },
    };
  });

  it('finds weights that beat the top score on questions it did not see, and keeps nine tenths of the answers', () => {
    const { heldOut, calibration } = calibrateAbstention([questions.slice(0, 40), questions.slice(40)]);
    expect(heldOut.riskCoverage.evidence).toBeLessThan(heldOut.riskCoverage.topScore);
    expect(heldOut.separation.evidence).toBeGreaterThan(0.9);
    expect(heldOut.answeredOfAnswerable).toBeGreaterThanOrEqual(0.9);
    expect(calibration.weights).toHaveLength(6);
  });

  it('draws risk over coverage', () => {
    const [right, wrong] = questions;
    expect(riskCurve([wrong!, right!], ({ answerable }) => (answerable ? 1 : 0))).toEqual([0, 0.5]);
    expect(riskCurve([wrong!, right!], ({ answerable }) => (answerable ? 0 : 1))).toEqual([1, 0.5]);
  });
});
