/**
 * Late interaction at sentence level: a few hundred rows, so plain loops over the typed arrays.
 * @module
 */

import type { TokenVectors } from '@glot/kernels';
import type { TextSpan } from '@glot/text';

/**
 * Best dot product of each query row over the rows of one text.
 *
 * @param query one text, [query rows x dim]
 * @param into [query rows]: raised where this text does better; start from -Infinity, or from another text's maxima to
 *   score both as one
 */
export function raiseMaxima(query: TokenVectors, documents: TokenVectors, text: number, into: Float32Array): void {
  const { dim } = query;
  const firstQueryRow = query.offsets[0]!;
  const last = documents.offsets[text + 1]!;
  for (let q = 0; q < into.length; q++) {
    const queryAt = (firstQueryRow + q) * dim;
    let best = into[q]!;
    for (let row = documents.offsets[text]!; row < last; row++) {
      const at = row * dim;
      let dot = 0;
      for (let k = 0; k < dim; k++) dot += query.data[queryAt + k]! * documents.data[at + k]!;
      if (dot > best) best = dot;
    }
    into[q] = best;
  }
}

export function queryRows(query: TokenVectors): number {
  return query.offsets[1]! - query.offsets[0]!;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** How much of text `a` is in text `b`: mean over rows of `a` of the best dot product with `b`; 1 for equal texts. */
export function containment(vectors: TokenVectors, a: number, b: number): number {
  const { data, offsets, dim } = vectors;
  const rows = offsets[a + 1]! - offsets[a]!;
  if (rows === 0) return 0;
  const query = {
    data: data.subarray(offsets[a]! * dim, offsets[a + 1]! * dim),
    offsets: Uint32Array.of(0, rows),
    dim,
  };
  const maxima = new Float32Array(rows).fill(-Infinity);
  raiseMaxima(query, vectors, b, maxima);
  return mean(maxima);
}

/** The rows of the question's own tokens: without the markers in front and the expansion behind. */
export function contentRows(rows: number, tokens: number): TextSpan {
  const start = rows === tokens || rows <= MARKERS ? 0 : rows < tokens ? MARKERS : Math.min(MARKERS, rows - tokens);
  return { start, end: Math.max(start + 1, Math.min(rows, start + tokens)) };
}

/** BOS and the query prefix. */
const MARKERS = 2;
