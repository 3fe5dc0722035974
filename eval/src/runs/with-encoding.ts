import type { Encoder } from '@glot/encoder';

/** An encoder that encodes in another way; what it does not replace is the other's. */
export function withEncoding(
  encoder: Encoder,
  encoding: Partial<Pick<Encoder, 'encodeQueries' | 'encodeDocuments'>>,
): Encoder {
  return {
    name: encoder.name,
    dim: encoder.dim,
    fingerprint: encoder.fingerprint,
    documentLength: encoder.documentLength,
    encodeQueries: (texts, options) => encoder.encodeQueries(texts, options),
    encodeDocuments: (texts, options) => encoder.encodeDocuments(texts, options),
    countTokens: (text) => encoder.countTokens(text),
    dispose: () => encoder.dispose(),
    ...encoding,
  };
}
