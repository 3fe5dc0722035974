import type { Encoder } from '@glot/encoder';
import type { TokenVectors } from '@glot/kernels';
import { withEncoding } from './with-encoding.js';

/** An encoder that gives every text no vectors at all: lexical search needs none, and encoding takes the most time. */
export function rowlessEncoder(encoder: Encoder): Encoder {
  const encode = async (texts: readonly string[]): Promise<TokenVectors> => ({
    data: new Float32Array(0),
    offsets: new Uint32Array(texts.length + 1),
    dim: encoder.dim,
  });
  return withEncoding(encoder, { encodeQueries: encode, encodeDocuments: encode });
}
