/**
 * Finding the translation of a sentence among all sentences of a file (`sentence<TAB>English sentence`).
 * @module
 */

import { basename } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import { createMaxSim, sliceTexts } from '@glot/kernels';
import { malformedLine, readLines } from './text-lines.js';

export interface TranslationPairsOptions {
  readonly encoder: Encoder;
  /** `to-english` (default): queries are the first column. `from-english`: the second. */
  readonly direction?: 'to-english' | 'from-english' | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TranslationPairsEvaluation {
  readonly dataset: string;
  readonly direction: 'to-english' | 'from-english';
  readonly pairs: number;
  /** Share of sentences whose best-scored text is their translation, 0..1. */
  readonly accuracy: number;
}

/**
 * Accuracy at 1 by MaxSim. Where two sentences have the same translation, either is right.
 *
 * @throws GlotError `eval.unreadable`, `eval.malformed-line`, `AbortError`, and what the encoder throws
 */
export async function evaluateTranslationPairs(
  file: string,
  options: TranslationPairsOptions,
): Promise<TranslationPairsEvaluation> {
  const { encoder, direction = 'to-english', signal } = options;
  const encodeOptions = signal === undefined ? {} : { signal };
  const pairs = await readPairs(file, signal);
  const [from, to] = direction === 'to-english' ? ([0, 1] as const) : ([1, 0] as const);
  const targets = pairs.map((pair) => pair[to]);
  const queries = await encoder.encodeQueries(
    pairs.map((pair) => pair[from]),
    encodeOptions,
  );
  const documents = await encoder.encodeDocuments(targets, encodeOptions);
  const maxSim = await createMaxSim({ dim: encoder.dim });
  let right = 0;
  try {
    for (let i = 0; i < pairs.length; i++) {
      throwIfAborted(signal);
      const query = sliceTexts(queries, i, 1);
      const scores = await maxSim.scoreFloat(query.data, query.offsets[1]!, documents.data, documents.offsets);
      if (targets[indexOfMaximum(scores)] === targets[i]) right++;
      options.onProgress?.(i + 1, pairs.length);
    }
  } finally {
    await maxSim.dispose();
  }
  const accuracy = pairs.length === 0 ? 0 : right / pairs.length;
  return { dataset: basename(file).replace(/\.tsv(\.gz)?$/, ''), direction, pairs: pairs.length, accuracy };
}

async function readPairs(file: string, signal?: AbortSignal): Promise<[string, string][]> {
  const pairs: [string, string][] = [];
  for await (const { text, number } of readLines(file, signal)) {
    if (text === '') continue;
    const [first, second, ...more] = text.split('\t');
    if (!first || !second || more.length > 0)
      throw malformedLine(file, number, 'expected two sentences separated by a tab');
    pairs.push([first, second]);
  }
  return pairs;
}

function indexOfMaximum(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
