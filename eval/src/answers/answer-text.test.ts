import { describe, expect, it } from 'vitest';
import { answerUnits, exactMatch, holdsAnswer, overlapF1 } from './answer-text.js';

describe('answer text', () => {
  it('counts words where words are spaced, characters where they are not', () => {
    expect(answerUnits('The Cafe\u0301, 12!')).toEqual(['the', 'café', '12']);
    expect(answerUnits('東京タワー。')).toEqual(['東', '京', 'タ', 'ワ', 'ー']);
    expect(answerUnits('서울 타워 🎉')).toEqual(['서울', '타워']);
  });

  it('scores overlap as SQuAD does', () => {
    expect(overlapF1('the cat sat', 'the cat')).toBeCloseTo(0.8);
    expect(overlapF1('a a a', 'a')).toBeCloseTo(0.5);
    expect(overlapF1('東京都', '東京')).toBeCloseTo(0.8);
    expect(overlapF1('القمر', 'الشمس')).toBe(0);
    expect(exactMatch('Zwölf Stunden.', 'zwölf stunden')).toBe(true);
  });

  it('finds an answer across line breaks and full-width forms', () => {
    expect(holdsAnswer('人口は約\n１４００万人です', '1400万人')).toBe(true);
    expect(holdsAnswer('twelve\nhours', 'Twelve hours')).toBe(true);
    expect(holdsAnswer('anything', ' ')).toBe(false);
  });
});
