/**
 * An encoder for tests: one row per word, equal words give equal vectors, others are nearly orthogonal. Words of one
 * `concepts` group count as one word, so that tests can speak of translations.
 * @module
 */

import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';

const DIM = 64;
const words = new Intl.Segmenter('en', { granularity: 'word' });

export interface WordEncoder extends Encoder {
  /** Texts encoded so far, queries and documents. */
  readonly encoded: { queries: string[]; documents: string[] };
}

export function wordEncoder(concepts: readonly (readonly string[])[] = []): WordEncoder {
  const concept = new Map(
    concepts.flatMap((group) => group.map((word) => [word.toLowerCase(), group[0]!.toLowerCase()])),
  );
  const encoded = { queries: [] as string[], documents: [] as string[] };
  const encode = (texts: readonly string[]): TokenVectors => {
    const rows = texts.map((text) => wordsOf(text).map((word) => concept.get(word) ?? word));
    const offsets = new Uint32Array(texts.length + 1);
    rows.forEach((list, i) => {
      offsets[i + 1] = offsets[i]! + list.length;
    });
    const data = new Float32Array(offsets[texts.length]! * DIM);
    rows.flat().forEach((word, row) => {
      data.set(unitVector(word), row * DIM);
    });
    return { data, offsets, dim: DIM };
  };
  return {
    name: 'words',
    dim: DIM,
    fingerprint: 'words',
    documentLength: 180,
    encoded,
    async encodeQueries(texts) {
      encoded.queries.push(...texts);
      return encode(texts);
    },
    async encodeDocuments(texts) {
      encoded.documents.push(...texts);
      return encode(texts);
    },
    countTokens: (text) => wordsOf(text).length,
    async dispose() {},
  };
}

export function wordsOf(text: string): string[] {
  return [...words.segment(text.normalize('NFKC').toLowerCase())].filter((s) => s.isWordLike).map((s) => s.segment);
}

/** Seeded by FNV-1a over the word. */
function unitVector(word: string): Float32Array {
  let state = 0x811c9dc5;
  for (const unit of word) state = Math.imul(state ^ unit.codePointAt(0)!, 0x01000193);
  const vector = Float32Array.from({ length: DIM }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 31 - 1;
  });
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}
