import { join } from 'node:path';
import { scratchFolder, wordEncoder } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { evaluateTranslationPairs } from './translation-pairs.js';

const PAIRS = 'Guten Morgen\tgood morning\nrote Äpfel\tred apples\nAbend\tevening\ngrüne Birnen\tgreen pears\n';
const CONCEPTS = [
  ['good', 'guten'],
  ['red', 'rote', 'grüne'],
  ['apples', 'äpfel'],
  ['evening', 'abend'],
];

describe('evaluateTranslationPairs', () => {
  it('counts sentences whose translation scores best', async () => {
    const file = join(await scratchFolder({ 'deu-eng.tsv': PAIRS }), 'deu-eng.tsv');
    const encoder = wordEncoder({ concepts: CONCEPTS });
    expect(await evaluateTranslationPairs(file, { encoder })).toEqual({
      dataset: 'deu-eng',
      direction: 'to-english',
      pairs: 4,
      accuracy: 0.75,
    });
  });

  it('goes the other way too, and tells how far it is', async () => {
    const file = join(await scratchFolder({ 'x.tsv': '東京 です\ttokyo\nكتاب\tbook\n' }), 'x.tsv');
    const encoder = wordEncoder({
      concepts: [
        ['tokyo', '東京'],
        ['book', 'كتاب'],
      ],
    });
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number) => seen.push([done, total]);
    const result = await evaluateTranslationPairs(file, { encoder, direction: 'from-english', onProgress });
    expect(result).toMatchObject({ direction: 'from-english', accuracy: 1 });
    expect(seen.at(-1)).toEqual([2, 2]);
  });

  it('names the line that is no pair, and stops at a signal', async () => {
    const folder = await scratchFolder({ 'a.tsv': 'a\tb\nonly one\n', 'b.tsv': PAIRS });
    await expect(evaluateTranslationPairs(join(folder, 'a.tsv'), { encoder: wordEncoder() })).rejects.toMatchObject({
      code: 'eval.malformed-line',
      details: { line: 2 },
    });
    await expect(
      evaluateTranslationPairs(join(folder, 'b.tsv'), { encoder: wordEncoder(), signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
