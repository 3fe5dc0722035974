import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { verifyCitation } from '../verification/citation-verification.js';
import { QuoteConstraint } from './quote-constraint.js';
import { tokenBytes } from './token-bytes.js';
import { TokenTrie } from './token-trie.js';

const PASSAGES = [
  'The dough rises for twelve\n  hours at room temperature. She said "twelve hours, no less" and left the bakery.',
  '東京は日本の首都です。人口は約1400万人です。🎉👩🏽‍🚀',
  'القمر يدور حول الأرض كل شهر. لونه رمادي في الليل.',
  'แม่น้ำเจ้าพระยาไหลผ่านกรุงเทพมหานครและจังหวัดอื่น',
  'Le cafe\u0301 ouvre à neuf heures, sauf le jeudi. Đi a\u0323\u0302m thanh.',
];

const root = new URL('../../../../', import.meta.url);
const TOKENIZERS = [
  'fixtures/checkpoints/colbert-f16/tokenizer.json',
  'packages/encoder/models/glot-colbert-mini/tokenizer.json',
  ...['phi3'].map((name) => `../shared/data/tokenizers/${name}/tokenizer.json.gz`),
]
  .map((path) => fileURLToPath(new URL(path, root)))
  .filter((path) => existsSync(path))
  .map((path) => ({ path, name: path.slice(path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1) }));

function vocabulary(path: string): TokenTrie {
  const file = readFileSync(path);
  return new TokenTrie(tokenBytes(JSON.parse((path.endsWith('.gz') ? gunzipSync(file) : file).toString('utf8'))));
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The most likely token of random logits, masked; the mark is made likely so that quotes open and close. */
function decode(trie: TokenTrie, seed: number, steps: number): string {
  const random = randomNumbers(seed);
  const constraint = new QuoteConstraint(PASSAGES, trie);
  const logits = new Float32Array(trie.bytes.length);
  const marks = [...trie.bytes.keys()].filter((id) => trie.bytes[id]?.includes(0x22));
  const noise = Float32Array.from({ length: 4096 }, random);
  const out: number[] = [];
  for (let step = 0; step < steps || (constraint.inQuote && step < steps + 500); step++) {
    const shift = Math.floor(random() * 4096);
    for (let id = 0; id < logits.length; id++) logits[id] = noise[(id * 31 + shift) & 4095]!;
    for (const id of marks) logits[id]! += constraint.inQuote ? 0.05 : 0.5;
    constraint.mask(logits);
    let best = 0;
    for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
    expect(logits[best]).toBeGreaterThan(-Infinity);
    constraint.accept(best);
    out.push(...(trie.bytes[best] ?? []));
  }
  return new TextDecoder().decode(Uint8Array.from(out));
}

const fold = (text: string) => text.replace(/\s+/gu, ' ');

describe('QuoteConstraint', () => {
  it.each(TOKENIZERS)('lets no random decoder invent a quote: all are verbatim and verify ($name)', ({ path }) => {
    const trie = vocabulary(path);
    let quotes = 0;
    for (let seed = 1; quotes < 100; seed++) {
      const parts = decode(trie, seed, 6).split('"');
      for (let i = 1; i + 1 < parts.length; i += 2) {
        const quote = parts[i]!;
        const home = PASSAGES.find((passage) => fold(passage).includes(quote));
        expect(home, JSON.stringify(quote)).toBeDefined();
        expect(verifyCitation(home!, { quote }), JSON.stringify(quote)).toMatchObject({ verified: true });
        quotes++;
      }
    }
  });

  it('allows exactly the tokens that go on in some passage, and no end inside one', () => {
    const texts = ['"', 'The', ' dough', ' do', 'ugh', ' cat', '東', '京は', '大', '".', '" "The', '" "Cat', '', 'x'];
    const trie = new TokenTrie([...texts.map((text) => new TextEncoder().encode(text)), null]);
    const constraint = new QuoteConstraint(['The dough rises for twelve', '東京は日本の首都です'], trie);
    const allowed = () =>
      constraint
        .allowedInQuote()
        .map((id) => texts[id])
        .sort();
    constraint.accept(13);
    expect(constraint.inQuote).toBe(false);
    constraint.accept(0);
    expect(allowed()).toEqual(['The', '東']);
    constraint.accept(1);
    expect(allowed()).toEqual([' do', ' dough']);
    constraint.accept(3);
    expect(allowed()).toEqual(['ugh']);
    expect(() => constraint.accept(5)).toThrow(RangeError);
  });

  it('forks: each goes its own way from where the first stood', () => {
    const texts = ['"', 'The', ' dough', ' do', 'ugh', '東', '京は'];
    const trie = new TokenTrie(texts.map((text) => new TextEncoder().encode(text)));
    const first = new QuoteConstraint(['The dough rises for twelve', '東京は日本の首都です'], trie);
    first.accept(0);
    const other = first.fork();
    first.accept(1);
    other.accept(5);
    expect(first.allowedInQuote().map((id) => texts[id])).toEqual(expect.arrayContaining([' do', ' dough']));
    expect(other.allowedInQuote().map((id) => texts[id])).toEqual(['京は']);
    const third = first.fork();
    third.accept(3);
    expect(third.allowedInQuote().map((id) => texts[id])).toEqual(['ugh']);
    expect(first.allowedInQuote().length).toBe(2);
  });

  it('says which tokens are forced, and stands where it stood', () => {
    const texts = ['"', 'El', ' gato', ' negro', ' duerme', 'Un'];
    const trie = new TokenTrie(texts.map((text) => new TextEncoder().encode(text)));
    const constraint = new QuoteConstraint(['El gato negro duerme'], trie);
    expect(constraint.forced()).toEqual([]);
    constraint.accept(0);
    // A quote begins at a word's first letter, and may end after three words.
    const before = constraint.allowedInQuote();
    const forced = constraint.forced();
    expect(forced.map((id) => texts[id])).toEqual(['El', ' gato', ' negro']);
    expect(constraint.allowedInQuote()).toEqual(before);
    for (const id of forced) constraint.accept(id);
    expect(constraint.forced()).toEqual([]);
  });

  it('closes at a word with enough words before it, and opens the next quote in the same token', () => {
    const texts = ['"', 'The dough rises', ' for twelve', '".', '" "The', '" "Cat', ' f'];
    const trie = new TokenTrie(texts.map((text) => new TextEncoder().encode(text)));
    const constraint = new QuoteConstraint(['The dough rises for twelve'], trie);
    constraint.accept(0);
    constraint.accept(1);
    expect(
      constraint
        .allowedInQuote()
        .map((id) => texts[id])
        .sort(),
    ).toEqual([' f', ' for twelve', '"', '" "The', '".']);
    constraint.accept(4);
    expect(constraint.inQuote).toBe(true);
    const logits = new Float32Array(texts.length).fill(1);
    constraint.mask(logits);
    expect([...logits].every((value) => value === -Infinity)).toBe(true);
  });

  it('holds a quote to the passage whose number was written last', () => {
    const texts = ['"', 'The dough rises', '東京は日本の', '[', '1', '2', '] "', ']', '[9', ' "The'];
    const trie = new TokenTrie(texts.map((text) => new TextEncoder().encode(text)));
    const after = (...written: string[]) => {
      const constraint = new QuoteConstraint(['The dough rises for twelve', '東京は日本の首都です'], trie);
      for (const text of written) constraint.accept(texts.indexOf(text));
      const logits = new Float32Array(texts.length);
      constraint.mask(logits);
      return texts.filter((_, id) => logits[id] === 0);
    };
    expect(after('"')).toEqual(['The dough rises', '東京は日本の']);
    expect(after('[', '2', '] "')).toEqual(['東京は日本の']);
    expect(after('[', '1', ']', '"')).toEqual(['The dough rises']);
    expect(after('[', '2', ']')).not.toContain(' "The');
    expect(after('[', '1', ']')).toContain(' "The');
    // What no passage has is of no help, nor are brackets that hold no number.
    expect(after('[', '1', '2', ']', '"')).toEqual(['The dough rises', '東京は日本の']);
    expect(after('[', 'The dough rises', ']', '"')).toEqual(['The dough rises', '東京は日本の']);
  });

  it('never opens a quote where the passages have nothing to quote', () => {
    const trie = new TokenTrie(['"', 'a'].map((text) => new TextEncoder().encode(text)));
    const logits = new Float32Array(2);
    new QuoteConstraint(['two words', '🎉🎉🎉'], trie).mask(logits);
    expect([...logits]).toEqual([-Infinity, 0]);
  });
});
