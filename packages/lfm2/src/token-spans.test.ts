import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TextTokenizer } from './text-tokenizer.js';
import { tokenSpans } from './token-spans.js';

const MODEL = fileURLToPath(new URL('../../encoder/models/glot-colbert-mini', import.meta.url));

// Every character between two spans, and around them, is blank: nothing of the text is left out.
function covered(text: string, spans: readonly ({ start: number; end: number } | null)[]): string {
  const taken = new Set<number>();
  for (const span of spans) for (let at = span?.start ?? 0; at < (span?.end ?? 0); at += 1) taken.add(at);
  return [...text].length === 0
    ? ''
    : text
        .split('')
        .filter((_, at) => !taken.has(at))
        .join('');
}

it.each([
  'Wie lange muss der Sauerteig ruhen?',
  'كم يحتاج اللُّغَةُ من وقت',
  '東京タワーは1958年に建てられた。',
  'การหมักแป้งขนมปัง',
  'e\u0301te\u0301 nai\u0308ve — ﬁne ｆｕｌｌ　ｗｉｄｔｈ',
  '👩‍👩‍👧 and 🇩🇪 flags',
  '한국어 문장에서',
])('finds the text of every token: %s', async (text) => {
  const tokenizer = await TextTokenizer.load(MODEL);
  const spans = tokenizer.spans(text);
  expect(spans).toHaveLength(tokenizer.encodeBare(text).length);
  expect(covered(text, spans).trim()).toBe('');
  const starts = spans.flatMap((span) => (span ? [span.start] : []));
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  for (const span of spans)
    if (span) expect(text.slice(span.start, span.end).trim()).toBe(text.slice(span.start, span.end));
});

it('gives words their own places', async () => {
  const tokenizer = await TextTokenizer.load(MODEL);
  const text = 'The water, 水 ist NASS';
  const pieces = tokenizer.spans(text).map((span) => span && text.slice(span.start, span.end));
  expect(pieces).toContain('water');
  expect(pieces).toContain('水');
  expect(pieces.join('')).toContain('NASS');
});

const PIECES = fileURLToPath(new URL('../../../fixtures/checkpoints/pieces-q4', import.meta.url));

it.each([
  ['Die Katze  schläft', ['Die', 'Kat', 'ze', 'sch', 'lä', 'ft']],
  ['한국어\n\n문장', null],
  ['हिन्दी में', null],
  ['e\u0301te\u0301 — ﬁne ｆｕｌｌ', null],
  [' 水,\t水 ', null],
  ['👩‍👩‍👧 and 🇩🇪', null],
  ['жук', ['жук']],
])('finds the text of pieces with a mark for blanks: %s', async (text, expected) => {
  const tokenizer = await TextTokenizer.load(PIECES);
  const spans = tokenizer.spans(text);
  expect(spans).toHaveLength(tokenizer.encodeBare(text).length);
  expect(covered(text, spans).trim()).toBe('');
  for (const span of spans) if (span) expect(text.slice(span.start, span.end)).toMatch(/^\S(.*\S)?$/su);
  if (expected !== null)
    expect(spans.flatMap((span) => (span ? [text.slice(span.start, span.end)] : []))).toEqual(expected);
});

it('gives the mark before the first word no place, and no piece the mark of another', () => {
  expect(tokenSpans('ab', ['▁', 'ab'], (text) => text, 'metaspace')).toEqual([null, { start: 0, end: 2 }]);
  expect(tokenSpans('a  b', ['▁a', '▁', 'b'], (text) => text.replace(/ +/g, ' '), 'metaspace')).toEqual([
    { start: 0, end: 1 },
    null,
    { start: 3, end: 4 },
  ]);
  expect(tokenSpans('ab', ['▁', '▁', 'ab'], (text) => text, 'metaspace')).toEqual([null, null, null]);
});

it('tells nothing where bytes can not be followed', () => {
  // A normalizer that looks beyond a grapheme, and tokens of another text.
  expect(tokenSpans('ab', ['ba'], (text) => [...text].reverse().join(''))).toEqual([null]);
  expect(tokenSpans('ab', ['abc'], (text) => text)).toEqual([null]);
});
