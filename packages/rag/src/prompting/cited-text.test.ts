import { describe, expect, it } from 'vitest';
import type { PackedContext } from '../context/packed-context.js';
import { CitedText } from './cited-text.js';

const CONTEXTS = ['one', 'two'].map((path) => ({ path })) as unknown as PackedContext[];

function read(text: string, size = 3) {
  const cited = new CitedText(CONTEXTS);
  const events = [];
  for (let at = 0; at < text.length; at += size) events.push(...cited.add(text.slice(at, at + size)));
  events.push(...cited.finish());
  return events.map((event) =>
    event.type === 'sentence'
      ? [event.sentence.text, ...event.sentence.citations.map(({ context, quote }) => `${context?.path}: ${quote}`)]
      : event.type,
  );
}

describe('CitedText', () => {
  it('reads sentences with their citations, a line each', () => {
    expect(read('The sea. [2] "is the sea" [1] "water"\n\n- 海です。［1］"海の水"\n2. Zwei. [2] „das Meer“.')).toEqual([
      ['The sea.', 'two: is the sea', 'one: water'],
      ['海です。', 'one: 海の水'],
      ['Zwei.', 'two: das Meer'],
    ]);
  });

  it('reads quotes in the marks of each script', () => {
    expect(read('図書館。[1]「毎日九時」\nBib. [2] « neuf heures »\n书。[1]“九点开门”')).toEqual([
      ['図書館。', 'one: 毎日九時'],
      ['Bib.', 'two:  neuf heures '],
      ['书。', 'one: 九点开门'],
    ]);
  });

  it('keeps quotation marks inside a quote', () => {
    expect(read('He said so. [1] "she said "yes" twice" [2] "and "no""')).toEqual([
      ['He said so.', 'one: she said "yes" twice', 'two: and "no"'],
    ]);
  });

  it('reads several cited sentences on one line', () => {
    expect(read('One. [1] "a b c" Two. [2] "d e f"\nNo proof.')).toEqual([
      ['One.', 'one: a b c'],
      ['Two.', 'two: d e f'],
      ['No proof.'],
    ]);
  });

  it('marks numbers it was not given and numbers without a quote', () => {
    expect(read('A. [3] "x" [0] "y"\nB. [1]')).toEqual([
      ['A.', 'undefined: x', 'undefined: y'],
      ['B.', 'one: '],
    ]);
  });

  it('stops at a refusal', () => {
    expect(read('NO_ANSWER\nBut. [1] "x"')).toEqual(['abstain']);
    expect(read('  NO_ANSWER.')).toEqual(['abstain']);
  });
});
