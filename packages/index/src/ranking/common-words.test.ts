import type { WordForms } from '@glot/text';
import { expect, it } from 'vitest';
import { sampleOf, toldWords } from './common-words.js';

const word = (base: string): WordForms => ({ base, written: null, parts: [], others: [] });
const words = (text: string) => text.split(' ').map(word);
const passages = (text: string) => Array.from({ length: 50 }, (_, at) => [...text.split(' '), `only${at}`]);
const german = sampleOf(passages('die in der und'), 0.7);
const english = sampleOf(passages('the in and with'), 0.2);

const told = (query: string, documentFrequency = (_: string) => 3) =>
  toldWords(words(query), [german, english], documentFrequency).words.map(({ base }) => base);

it('leaves out what is common in the language of the query, and that alone', () => {
  expect(told('in der werkstatt')).toEqual(['werkstatt']);
  expect(told('the die is cast with')).toEqual(['die', 'is', 'cast']);
});

it('leaves out nothing where nothing would be left that stands anywhere', () => {
  expect(told('in der')).toEqual(['in', 'der']);
  expect(told('in der werkstatt', (one) => (one === 'werkstatt' ? 0 : 40))).toEqual(['in', 'der', 'werkstatt']);
});

it('says what share of the words is known, and of the documents in other languages', () => {
  const facts = (query: string) => {
    const { known, foreign } = toldWords(words(query), [german, english], (one) => (one === 'werkstatt' ? 0 : 3));
    return [known, foreign].map((share) => Number(share.toFixed(3)));
  };
  expect(facts('die hefe in der werkstatt')).toEqual([0.5, 0.3]);
  expect(facts('le pain')).toEqual([1, 1]);
  expect(toldWords(words('le pain'), [german], () => 0)).toMatchObject({ known: 0, foreign: 0 });
});

it('leaves out nothing of a query in another language, or where too few passages are known', () => {
  expect(told('le pain')).toEqual(['le', 'pain']);
  const few = sampleOf(passages('die in der und').slice(0, 20), 1);
  expect(toldWords(words('in der werkstatt'), [few], () => 3).words).toHaveLength(3);
});
