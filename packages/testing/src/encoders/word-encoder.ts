/**
 * An encoder for tests: a row per word; equal words have equal vectors, others are nearly orthogonal. It is an `Encoder`
 * by its shape.
 * @module
 */

const DIM = 64;
const words = new Intl.Segmenter('en', { granularity: 'word' });

export interface WordEncoderOptions {
  /** Words of a group count as one, so that tests can speak of translations. */
  readonly concepts?: readonly (readonly string[])[] | undefined;
  readonly documentLength?: number | undefined;
  /** Runs before each batch of documents. */
  readonly beforeDocuments?: ((texts: readonly string[]) => void) | undefined;
}

/** Rows of all texts, [words x dim], and where those of each text begin. */
interface WordVectors {
  readonly data: Float32Array;
  readonly offsets: Uint32Array;
  readonly dim: number;
}

interface Progress {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface WordEncoder {
  readonly name: string;
  readonly dim: number;
  readonly fingerprint: string;
  readonly documentLength: number;
  /** Texts encoded so far. */
  readonly encoded: { readonly queries: string[]; readonly documents: string[] };
  encodeQueries(texts: readonly string[], options?: Progress): Promise<WordVectors>;
  encodeDocuments(texts: readonly string[], options?: Progress): Promise<WordVectors>;
  countTokens(text: string): number;
  dispose(): Promise<void>;
}

export function wordEncoder(options: WordEncoderOptions = {}): WordEncoder {
  const { concepts = [], documentLength = 180 } = options;
  const concept = new Map(
    concepts.flatMap((group) => group.map((word) => [word.toLowerCase(), group[0]!.toLowerCase()])),
  );
  const encoded = { queries: [] as string[], documents: [] as string[] };
  const encode = (texts: readonly string[]): WordVectors => {
    const rows = texts.map((text) => wordsOf(text).slice(0, documentLength));
    const offsets = new Uint32Array(texts.length + 1);
    rows.forEach((list, i) => {
      offsets[i + 1] = offsets[i]! + list.length;
    });
    const data = new Float32Array(offsets[texts.length]! * DIM);
    rows.flat().forEach((word, row) => {
      data.set(unitVector(concept.get(word) ?? word), row * DIM);
    });
    return { data, offsets, dim: DIM };
  };
  return {
    name: 'words',
    dim: DIM,
    fingerprint: 'words',
    documentLength,
    encoded,
    async encodeQueries(texts, { onProgress } = {}) {
      encoded.queries.push(...texts);
      onProgress?.(texts.length, texts.length);
      return encode(texts);
    },
    async encodeDocuments(texts, { onProgress } = {}) {
      options.beforeDocuments?.(texts);
      encoded.documents.push(...texts);
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
