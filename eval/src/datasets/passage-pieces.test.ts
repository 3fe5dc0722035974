import { describe, expect, it } from 'vitest';
import { passagePieces } from './passage-pieces.js';

const words = new Intl.Segmenter('en', { granularity: 'word' });
const countTokens = (text: string) => [...words.segment(text)].filter((segment) => segment.isWordLike).length;

function pieces(text: string, maxTokens: number) {
  const list = passagePieces(text, maxTokens, countTokens);
  for (const piece of list) {
    expect(text.slice(piece.start, piece.end)).toBe(piece.text);
    expect(countTokens(piece.text)).toBeLessThanOrEqual(maxTokens);
  }
  return list.map((piece) => piece.text);
}

describe('passagePieces', () => {
  it('leaves a passage that fits as it is, and a blank one out', () => {
    expect(pieces('  One two. Three. ', 3)).toEqual(['  One two. Three. ']);
    expect(pieces(' \n ', 3)).toEqual([]);
  });

  it('cuts at sentence ends, filling each piece', () => {
    expect(pieces('One two. Three four. Five. 東京はとても大きい都市です。これは本当の話です。', 7)).toEqual([
      'One two. Three four. Five.',
      '東京はとても大きい都市です。',
      'これは本当の話です。',
    ]);
  });

  it('cuts a long sentence between words and loses nothing', () => {
    const thai = 'ประเทศไทยมีเมืองหลวงชื่อกรุงเทพมหานครและมีคนมาก';
    expect(pieces(thai, 3).join('')).toBe(thai);
    expect(pieces('a b c d e', 2)).toEqual(['a b', 'c d', 'e']);
  });

  it('counts about as much as there is to read, however long a sentence is', () => {
    let counted = 0;
    const text = 'wing tip vortex '.repeat(3_000);
    const list = passagePieces(text, 175, (part) => {
      counted += part.length;
      return countTokens(part);
    });
    expect(list).toHaveLength(Math.ceil(9_000 / 175));
    expect(counted).toBeLessThan(8 * text.length);
  });
});
