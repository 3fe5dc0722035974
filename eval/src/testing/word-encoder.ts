/**
 * An encoder for tests: one row per word; equal words have equal vectors, others are nearly orthogonal.
 * @module
 */

import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';

const DIM = 48;
const words = new Intl.Segmenter('en', { granularity: 'word' });

export interface WordEncoderOptions {
  readonly documentLength?: number | undefined;
  /** Runs before each batch of documents. */
  readonly beforeDocuments?: ((texts: readonly string[]) => void) | undefined;
  /** Words that count as another, so that tests can speak of translations. */
  readonly synonyms?: Readonly<Record<string, string>> | undefined;
}

export function wordEncoder(options: WordEncoderOptions = {}): Encoder {
  const limit = options.documentLength ?? 180;
  const encode = (texts: readonly string[]): TokenVectors => {
    const rows = texts.map((text) => wordsOf(text).slice(0, limit));
    const offsets = new Uint32Array(texts.length + 1);
    rows.forEach((list, i) => {
      offsets[i + 1] = offsets[i]! + list.length;
    });
    const data = new Float32Array(offsets[texts.length]! * DIM);
    rows.flat().forEach((word, row) => {
      data.set(unitVector(options.synonyms?.[word] ?? word), row * DIM);
    });
    return { data, offsets, dim: DIM };
  };
  return {
    name: 'words',
    dim: DIM,
    fingerprint: 'abcdef',
    documentLength: limit,
    async encodeQueries(texts, { onProgress } = {}) {
      onProgress?.(texts.length, texts.length);
      return encode(texts);
    },
    async encodeDocuments(texts, { onProgress } = {}) {
      options.beforeDocuments?.(texts);
      onProgress?.(texts.length, texts.length);
      return encode(texts);
    },
    countTokens: (text) => wordsOf(text).length,
    async dispose() {},
  };
}

function wordsOf(text: string): string[] {
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
