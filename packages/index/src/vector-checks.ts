import { GlotError } from '@glot/errors';
import type { TokenVectors } from '@glot/kernels';
import type { EncoderIdentity, PreparedVectors } from './types.js';

/**
 * Vectors from outside are looked at once, before anything is changed.
 * @param subject what they belong to, for the message
 * @throws GlotError `index.dimension`, `index.vector-count`, `index.not-finite`
 */
export function checkVectors(vectors: TokenVectors, texts: number, encoder: EncoderIdentity, subject: string): void {
  const { data, offsets, dim } = vectors;
  if (dim !== encoder.dim) {
    throw new GlotError(
      'index.dimension',
      `the vectors of ${subject} have ${dim} dimensions, this index stores ${encoder.dim} (${encoder.name}); encode with the encoder of the index`,
      { details: { dim, expected: encoder.dim } },
    );
  }
  let whole = offsets.length === texts + 1 && offsets[0] === 0 && offsets[texts]! * dim === data.length;
  for (let text = 1; whole && text <= texts; text += 1) whole = offsets[text - 1]! <= offsets[text]!;
  if (!whole) {
    throw new GlotError(
      'index.vector-count',
      `the vectors of ${subject} do not belong to its ${texts} texts: ${offsets.length} offsets, ${data.length} numbers; encode exactly these texts, in order`,
      { details: { texts, offsets: offsets.length, numbers: data.length, dim } },
    );
  }
  for (let at = 0; at < data.length; at += 1) {
    if (!(Math.abs(data[at]!) < Infinity)) {
      const row = Math.floor(at / dim);
      throw new GlotError(
        'index.not-finite',
        `token vector ${row} of ${subject} holds ${data[at]}; nothing was stored, the encoder is at fault`,
        { details: { row, column: at % dim } },
      );
    }
  }
}

export function isPrepared(vectors: TokenVectors | readonly PreparedVectors[]): vectors is readonly PreparedVectors[] {
  return Array.isArray(vectors);
}

/** @throws GlotError `index.vector-count` */
export function checkPrepared(prepared: number, texts: number, subject: string): void {
  if (prepared === texts) return;
  throw new GlotError(
    'index.vector-count',
    `the vectors of ${subject} do not belong to its ${texts} texts: ${prepared} were prepared; encode exactly these texts, in order`,
    { details: { texts, prepared } },
  );
}

/** @throws GlotError `index.foreign-encoder` */
export function checkEncoder(file: string, stored: EncoderIdentity, given: EncoderIdentity): void {
  const samePooling = given.poolFactor === undefined || given.poolFactor === (stored.poolFactor ?? 1);
  if (stored.fingerprint === given.fingerprint && stored.dim === given.dim) {
    if (samePooling) return;
    throw new GlotError(
      'index.foreign-encoder',
      `the index ${file} was made with tokens pooled by ${stored.poolFactor ?? 1}, not by ${given.poolFactor}, and an index keeps one kind`,
      { details: { file, stored: { ...stored }, given: { ...given }, differs: 'pooling' } },
    );
  }
  throw new GlotError(
    'index.foreign-encoder',
    `the index ${file} was made with the encoder ${label(stored)}, not with ${label(given)}, and their vectors cannot be compared`,
    { details: { file, stored: { ...stored }, given: { ...given }, differs: 'encoder' } },
  );
}

function label({ name, fingerprint, dim, precision }: EncoderIdentity): string {
  return `${name} (${fingerprint.slice(0, 12)}, ${dim} dimensions${precision === undefined ? '' : `, ${precision}`})`;
}
