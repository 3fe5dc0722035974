import type { TokenBatch } from '@glot/lfm2';
import type { TokenRow } from './token-layout.js';

/** Rows of one length, and which texts they belong to. */
export interface Batch extends TokenBatch {
  /** [sequences]: index of the text of each sequence. */
  readonly texts: readonly number[];
}

/**
 * Groups rows by equal length, so that nothing is ever padded; the longest come first, so that memory peaks early.
 * @param maxTokens tokens of a batch at most, unless a single row is longer
 */
export function* batchesOf(rows: readonly TokenRow[], maxTokens: number): Generator<Batch> {
  const order = rows.map((_, text) => text).sort((a, b) => rows[b]!.ids.length - rows[a]!.ids.length || a - b);
  let start = 0;
  while (start < order.length) {
    const { length } = rows[order[start]!]!.ids;
    const limit = start + Math.max(1, Math.floor(maxTokens / length));
    let end = start + 1;
    while (end < order.length && end < limit && rows[order[end]!]!.ids.length === length) end += 1;
    yield batch(rows, order.slice(start, end), length);
    start = end;
  }
}

function batch(rows: readonly TokenRow[], texts: readonly number[], length: number): Batch {
  const ids = new Int32Array(texts.length * length);
  const valid = new Int32Array(texts.length);
  texts.forEach((text, sequence) => {
    ids.set(rows[text]!.ids, sequence * length);
    valid[sequence] = rows[text]!.visible;
  });
  return { ids, sequences: texts.length, length, valid, texts };
}
