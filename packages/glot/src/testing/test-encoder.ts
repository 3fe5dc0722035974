import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';

const DIM = 4;

/** One row a text, always the same: enough where only what is encoded matters. */
export function testEncoder(onDocuments: (texts: readonly string[]) => void): Encoder {
  const encode = (texts: readonly string[]): TokenVectors => {
    const offsets = new Uint32Array(texts.length + 1);
    texts.forEach((_, at) => {
      offsets[at + 1] = at + 1;
    });
    const data = new Float32Array(texts.length * DIM).map((_, at) => (at % DIM === 0 ? 1 : 0));
    return { data, offsets, dim: DIM };
  };
  return {
    name: 'test',
    dim: DIM,
    fingerprint: 'test',
    documentLength: 180,
    async encodeQueries(texts) {
      return encode(texts);
    },
    async encodeDocuments(texts, { onProgress } = {}) {
      onDocuments(texts);
      onProgress?.(texts.length, texts.length);
      return encode(texts);
    },
    countTokens: (text) => Math.ceil(text.length / 4),
    async dispose() {},
  };
}
