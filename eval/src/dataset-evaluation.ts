import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfAborted } from '@glot/errors';
import { type DocumentInput, type MultivectorIndex, openIndex, type SearchMode } from '@glot/index';
import type { TokenVectors } from '@glot/kernels';
import { loadBeirDataset, passageText } from './beir-dataset.js';
import { passagePieces } from './passage-pieces.js';
import { evaluateRun } from './run-evaluation.js';
import type {
  BeirDataset,
  BeirQuery,
  DatasetEvaluation,
  EvaluateDatasetOptions,
  MeasureValues,
  OpenEmptyIndex,
  Run,
} from './types.js';
import { mergedTexts, sliceTexts } from './vector-slices.js';

export const DEFAULT_MODES: readonly SearchMode[] = ['lexical', 'semantic', 'hybrid'];
export const DEFAULT_MEASURES: readonly string[] = ['nDCG@10', 'R@100', 'RR@10'];

/** Passages ranked per query. */
const DEPTH = 100;
/** Marker tokens that a document's length includes. */
const MARKER_TOKENS = 3;
/** Pieces encoded per call: enough for batches of equal length, little enough to hold in memory. */
const PIECES_PER_CALL = 256;

const openEmptyIndex: OpenEmptyIndex = (file, encoder) => openIndex({ file, mode: 'write', encoder });

/**
 * Indexes a BEIR folder into a temporary index and measures each mode. Every passage is one passage of the index, so
 * that the lexical side counts whole passages; one longer than the encoder reads is encoded in pieces, and the token
 * vectors of all its pieces are its own. The temporary index is removed, also after an error or an abort.
 *
 * @throws GlotError as `loadBeirDataset`, `eval.unknown-measure`, `aborted`, and what encoder and index throw
 */
export async function evaluateDataset(folder: string, options: EvaluateDatasetOptions): Promise<DatasetEvaluation> {
  const { encoder, signal, modes = DEFAULT_MODES, measures = DEFAULT_MEASURES } = options;
  evaluateRun(new Map(), new Map(), measures);
  const dataset = await loadBeirDataset(folder, {
    ...(options.split !== undefined && { split: options.split }),
    ...(signal !== undefined && { signal }),
  });
  const scratch = await mkdtemp(join(tmpdir(), 'glot-eval-'));
  let index: MultivectorIndex | undefined;
  try {
    const { name, fingerprint, dim } = encoder;
    const file = join(scratch, 'index.db');
    index = await (options.openIndex ?? openEmptyIndex)(file, { name, fingerprint, dim });
    const indexed = await indexPassages(dataset, index, options);
    const queryStarted = performance.now();
    const vectors = await encodeQueries(dataset.queries, options);
    const encodeQueryMs = (performance.now() - queryStarted) / Math.max(1, dataset.queries.length);
    const values: Partial<Record<SearchMode, MeasureValues>> = {};
    const searchMs: Partial<Record<SearchMode, number>> = {};
    for (const mode of modes) {
      const started = performance.now();
      const run = await searchAll(dataset.queries, vectors, mode, index, options);
      searchMs[mode] = (performance.now() - started) / Math.max(1, dataset.queries.length);
      values[mode] = evaluateRun(dataset.qrels, run, measures).means;
      options.onRun?.(mode, run, dataset.qrels);
    }
    return {
      dataset: dataset.name,
      queries: dataset.queries.length,
      passages: dataset.passages.length,
      modes: values,
      timings: {
        encodePassagesSeconds: indexed.encodeSeconds,
        indexSeconds: indexed.indexSeconds,
        encodeQueryMs,
        searchMs,
      },
      pieces: indexed.pieces,
    };
  } finally {
    await index?.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface IndexedPassages {
  readonly pieces: number;
  readonly encodeSeconds: number;
  readonly indexSeconds: number;
}

async function indexPassages(
  dataset: BeirDataset,
  index: MultivectorIndex,
  options: EvaluateDatasetOptions,
): Promise<IndexedPassages> {
  const { encoder, signal, onProgress } = options;
  const maxTokens = encoder.documentLength - MARKER_TOKENS;
  const countTokens = (text: string) => encoder.countTokens(text);
  const documents = dataset.passages.map((passage) => {
    const text = passageText(passage);
    return { passage, text, pieces: passagePieces(text, maxTokens, countTokens) };
  });
  const pieces = documents.reduce((sum, document) => sum + document.pieces.length, 0);
  let done = 0;
  let encodeMs = 0;
  let indexMs = 0;
  for (let first = 0; first < documents.length; ) {
    throwIfAborted(signal);
    let end = first;
    const texts: string[] = [];
    while (end < documents.length && texts.length < PIECES_PER_CALL) {
      texts.push(...documents[end++]!.pieces.map((piece) => piece.text));
    }
    const started = performance.now();
    const vectors = await encoder.encodeDocuments(texts, {
      ...(signal !== undefined && { signal }),
      onProgress: (within) =>
        onProgress?.({ phase: 'encode-passages', done: done + within, total: pieces, mode: null }),
    });
    const encoded = performance.now();
    let text = 0;
    for (const document of documents.slice(first, end)) {
      const count = document.pieces.length;
      if (count === 0) continue;
      index.upsert(documentInput(document.passage.id, document.text), mergedTexts(vectors, text, count));
      text += count;
    }
    encodeMs += encoded - started;
    indexMs += performance.now() - encoded;
    done += texts.length;
    first = end;
    onProgress?.({ phase: 'encode-passages', done, total: pieces, mode: null });
  }
  return { pieces, encodeSeconds: encodeMs / 1000, indexSeconds: indexMs / 1000 };
}

function documentInput(id: string, text: string): DocumentInput {
  return {
    path: id,
    contentHash: '',
    sizeBytes: Buffer.byteLength(text),
    modifiedMs: 0,
    format: 'text',
    // Already the beginning of the text: the index would count its words twice.
    title: null,
    lang: null,
    meta: {},
    text,
    passages: [{ text, start: 0, end: text.length, headings: [], page: null, lines: null, lang: null }],
  };
}

async function encodeQueries(queries: readonly BeirQuery[], options: EvaluateDatasetOptions): Promise<TokenVectors> {
  const { encoder, signal, onProgress } = options;
  return encoder.encodeQueries(
    queries.map((query) => query.text),
    {
      ...(signal !== undefined && { signal }),
      onProgress: (done, total) => onProgress?.({ phase: 'encode-queries', done, total, mode: null }),
    },
  );
}

async function searchAll(
  queries: readonly BeirQuery[],
  vectors: TokenVectors,
  mode: SearchMode,
  index: MultivectorIndex,
  options: EvaluateDatasetOptions,
): Promise<Run> {
  const run = new Map<string, Map<string, number>>();
  for (const [i, query] of queries.entries()) {
    throwIfAborted(options.signal);
    const hits = await index.search({
      mode,
      limit: DEPTH,
      text: query.text,
      vectors: sliceTexts(vectors, i, 1),
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    run.set(query.id, new Map(hits.map(({ path, score }) => [path, score])));
    options.onProgress?.({ phase: 'search', done: i + 1, total: queries.length, mode });
  }
  return run;
}
