import type { WordForms } from '@glot/text';
import { expect, it } from 'vitest';
import { sampleOf, toldWords } from './common-words.js';

const word = (base: string): WordForms => ({ base, written: null, parts: [], others: [] });
const words = (text: string) => text.split(' ').map(word);
const passages = (text: string) => Array.from({ length: 50 }, (_, at) => [...text.split(' '), `only${at}`]);
const german = sampleOf(passages('die in der und'));
const english = sampleOf(passages('the in and with'));

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

it('leaves out nothing of a query in another language, or where too few passages are known', () => {
  expect(told('le pain')).toEqual(['le', 'pain']);
  const few = sampleOf(passages('die in der und').slice(0, 20));
  expect(toldWords(words('in der werkstatt'), [few], () => 3).words).toHaveLength(3);
});
