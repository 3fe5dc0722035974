import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';
import { sliceTexts } from '@glot/kernels';
import { withEncoding } from './with-encoding.js';

/** An encoder that reads each document text once: questions about one corpus score the same sentences again and again. */
export function rememberingEncoder(encoder: Encoder): Encoder {
  const known = new Map<string, TokenVectors>();
  return withEncoding(encoder, {
    async encodeDocuments(texts, options) {
      const key = (text: string) => `${options?.poolFactor ?? 1} ${text}`;
      const fresh = [...new Set(texts.filter((text) => !known.has(key(text))))];
      if (fresh.length > 0) {
        const vectors = await encoder.encodeDocuments(fresh, options);
        fresh.forEach((text, i) => {
          const { data, offsets, dim } = sliceTexts(vectors, i, 1);
          known.set(key(text), { data: data.slice(), offsets, dim });
        });
      }
      const parts = texts.map((text) => known.get(key(text))!);
      const offsets = new Uint32Array(parts.length + 1);
      parts.forEach((part, i) => {
        offsets[i + 1] = offsets[i]! + part.offsets[1]!;
      });
      const data = new Float32Array(offsets[parts.length]! * encoder.dim);
      parts.forEach((part, i) => {
        data.set(part.data, offsets[i]! * encoder.dim);
      });
      return { data, offsets, dim: encoder.dim };
    },
  });
}
