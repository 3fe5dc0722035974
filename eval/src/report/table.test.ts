import { displayWidth } from '@glot/text';
import { describe, expect, it } from 'vitest';
import type { DatasetEvaluation } from '../types.js';
import { formatTable } from './table.js';

describe('displayWidth', () => {
  it('counts columns, not units', () => {
    const widths = ['abc', '東京', 'ｶﾞ', 'Ａ', '한국', 'cafe\u0301', 'عربي', 'ที่นี่', '👩🏽‍🚀', '🇯🇵', '❤️', 'a\u200Bb', '·'];
    expect(widths.map(displayWidth)).toEqual([3, 4, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 1]);
  });
});

describe('formatTable', () => {
  it('aligns by display width, one line per mode', () => {
    const evaluation = (dataset: string, value: number): DatasetEvaluation => ({
      dataset,
      queries: 12,
      passages: 1200,
      pieces: 1300,
      modes: { lexical: { 'nDCG@10': value, 'R@100': 1 }, semantic: { 'nDCG@10': 0.5, 'R@100': 0.25 } },
      timings: {
        encodePassagesSeconds: 1,
        indexSeconds: 1,
        encodeQueryMs: 1,
        searchMs: { lexical: 0.96, semantic: 12 },
      },
    });
    expect(formatTable([evaluation('日本語', 0.96543), evaluation('en', 0)])).toBe(
      [
        'dataset  passages  queries  mode      nDCG@10   R@100  ms/query',
        '日本語       1200       12  lexical    0.9654  1.0000       1.0',
        '                            semantic   0.5000  0.2500      12.0',
        'en           1200       12  lexical    0.0000  1.0000       1.0',
        '                            semantic   0.5000  0.2500      12.0',
      ].join('\n'),
    );
  });
});
