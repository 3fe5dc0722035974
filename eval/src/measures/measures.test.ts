import { describe, expect, it } from 'vitest';
import { evaluateRun } from '../runs/run-evaluation.js';
import { parseMeasure } from './measures.js';
import { rankedIds } from './ranking.js';

// Judgements, runs and values of ir_measures' own tests (test_pytrec_eval.py; computed there by trec_eval).
const QRELS = new Map([
  [
    '0',
    new Map([
      ['D0', 0],
      ['D1', 1],
      ['D2', 2],
      ['D3', 2],
      ['D4', 0],
    ]),
  ],
  [
    '1',
    new Map([
      ['D0', 1],
      ['D3', 2],
      ['D5', 0],
    ]),
  ],
]);
const RUN = new Map([
  [
    '0',
    new Map([
      ['D0', 0.8],
      ['D2', 0.7],
      ['D1', 0.3],
      ['D3', 0.4],
      ['D4', 0.1],
    ]),
  ],
  [
    '1',
    new Map([
      ['D1', 0.8],
      ['D4', 0.7],
      ['D3', 0.3],
      ['D2', 0.4],
    ]),
  ],
]);
const AP_QRELS = new Map([
  [
    '0',
    new Map([
      ['D0', 1],
      ['D1', -1],
      ['D2', 0],
      ['D3', 2],
      ['D4', 0],
    ]),
  ],
  [
    '1',
    new Map([
      ['D0', 1],
      ['D3', 2],
      ['D4', -1],
      ['D5', 0],
    ]),
  ],
]);

function perQuery(name: string, qrels = QRELS) {
  const { means, perQuery: values } = evaluateRun(qrels, RUN, [name]);
  return [values.get('0')![name], values.get('1')![name], means[name]];
}

describe('measures', () => {
  it('give the values that ir_measures expects', () => {
    expect(perQuery('Success@2')).toEqual([1, 0, 0.5]);
    expect(perQuery('Success(rel=2)@2')).toEqual([1, 0, 0.5]);
    expect(perQuery('Success(rel=3)@2')).toEqual([0, 0, 0]);
    expect(perQuery('R')).toEqual([1, 0.5, 0.75]);
    expect(perQuery('R(rel=2)')).toEqual([1, 1, 1]);
    expect(perQuery('R(rel=3)')).toEqual([0, 0, 0]);
    expect(perQuery('AP', AP_QRELS).map((value) => value?.toFixed(4))).toEqual(['0.8333', '0.1250', '0.4792']);
    expect(perQuery('AP(rel=2)', AP_QRELS).map((value) => value?.toFixed(4))).toEqual(['0.3333', '0.2500', '0.2917']);
  });

  it('cut at k: a passage at rank k counts, one at rank k + 1 does not', () => {
    const ranking = Array.from({ length: 12 }, (_, i) => `d${i + 1}`);
    const value = (name: string, relevant: string) => parseMeasure(name).compute(ranking, new Map([[relevant, 1]]));
    expect(['nDCG@10', 'R@10', 'RR@10', 'AP@10', 'P@10', 'Success@10'].map((name) => value(name, 'd11'))).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
    expect(value('nDCG@10', 'd10')).toBeCloseTo(1 / Math.log2(11), 12);
    expect(value('RR@10', 'd10')).toBe(0.1);
    expect(value('P@10', 'd10')).toBe(0.1);
    expect(value('RR', 'd11')).toBeCloseTo(1 / 11, 12);
  });

  it('count a judged query without results as 0, and leave unjudged queries out', () => {
    const qrels = new Map([...QRELS, ['質問', new Map([['文書', 1]])]]);
    const run = new Map([...RUN, ['unjudged', new Map([['D1', 1]])]]);
    expect(evaluateRun(qrels, run, ['R']).means).toEqual({ R: 0.5 });
    expect(evaluateRun(new Map(), run, ['R']).means).toEqual({ R: 0 });
  });

  it('are refused by name where there is no such measure', () => {
    for (const name of ['', 'ndcg@10', 'nDCG@0', 'P', 'Success', 'R@', 'nDCG(rel=2)@10', 'toString', 'MRR@10']) {
      expect(() => parseMeasure(name), name).toThrowError(expect.objectContaining({ code: 'eval.unknown-measure' }));
    }
  });
});

describe('rankedIds', () => {
  it('orders by score, then by id from high to low bytes', () => {
    const scores = new Map([
      ['a', 1],
      ['b', 1],
      ['ab', 1],
      ['Z', 1],
      ['é', 1],
      ['\uFF5E', 1],
      ['😀', 1],
      ['top', 2],
    ]);
    expect(rankedIds(scores)).toEqual(['top', '😀', '\uFF5E', 'é', 'b', 'ab', 'a', 'Z']);
    expect(rankedIds(scores, 2)).toEqual(['top', '😀']);
  });
});
