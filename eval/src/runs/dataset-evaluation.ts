import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import { type DocumentInput, type MultivectorIndex, openIndex, type SearchMode } from '@glot/index';
import { sliceTexts, type TokenVectors } from '@glot/kernels';
import { readingOf } from '@glot/rag';
import { detectLanguage } from '@glot/text/language';
import { loadBeirDataset, passageText } from '../datasets/beir-dataset.js';
import { mergedTexts } from '../datasets/merged-texts.js';
import { type Piece, piecesFor } from '../datasets/passage-pieces.js';
import { textDocument } from '../datasets/text-document.js';
import type {
  BeirDataset,
  BeirQuery,
  DatasetEvaluation,
  EvaluateDatasetOptions,
  MeasureValues,
  OpenEmptyIndex,
  Run,
} from '../types.js';
import { rowlessEncoder } from './rowless-encoder.js';
import { evaluateRun } from './run-evaluation.js';

export const DEFAULT_MODES: readonly SearchMode[] = ['lexical', 'semantic', 'hybrid'];
export const DEFAULT_MEASURES: readonly string[] = ['nDCG@10', 'R@100', 'RR@10'];

/** Passages ranked per query. */
const DEPTH = 100;
/** Pieces encoded per call: enough for batches of equal length, little enough to hold in memory. */
const PIECES_PER_CALL = 256;

const openEmptyIndex: OpenEmptyIndex = (file, encoder) => openIndex({ file, mode: 'write', encoder });

/**
 * Indexes a BEIR folder into a temporary index and measures each mode. A passage longer than the encoder reads is
 * indexed in pieces and scores as its best piece. The lexical mode alone has no such limit: it searches whole passages,
 * in an index of its own, and so compares with BM25 elsewhere. What is temporary is removed, also after an error or an
 * abort.
 *
 * @throws GlotError as `loadBeirDataset`, `eval.unknown-measure`, `AbortError`, and what encoder and index throw
 */
export async function evaluateDataset(folder: string, options: EvaluateDatasetOptions): Promise<DatasetEvaluation> {
  const { signal, modes = DEFAULT_MODES, measures = DEFAULT_MEASURES } = options;
  const needsVectors = modes.some((mode) => mode !== 'lexical');
  const encoder = needsVectors ? options.encoder : rowlessEncoder(options.encoder);
  evaluateRun(new Map(), new Map(), measures);
  const dataset = await loadBeirDataset(folder, {
    split: options.split,
    signal,
  });
  const scratch = await mkdtemp(join(tmpdir(), 'glot-eval-'));
  const open: MultivectorIndex[] = [];
  const openScratch = async (file: string) => {
    const { name, fingerprint, dim } = encoder;
    const index = await (options.openIndex ?? openEmptyIndex)(join(scratch, file), { name, fingerprint, dim });
    open.push(index);
    return index;
  };
  try {
    const documents = splitPassages(dataset, encoder);
    const mostPieces = documents.reduce((most, document) => Math.max(most, document.pieces.length), 1);
    const pieceIndex = await openScratch('pieces.db');
    const wholeIndex = mostPieces > 1 && modes.includes('lexical') ? await openScratch('whole.db') : null;
    const indexed = await indexPassages(documents, pieceIndex, wholeIndex, { ...options, encoder });
    const queryStarted = performance.now();
    const vectors = await encodeQueries(dataset.queries, { ...options, encoder });
    const encodeQueryMs = (performance.now() - queryStarted) / Math.max(1, dataset.queries.length);
    const values: Partial<Record<SearchMode, MeasureValues>> = {};
    const searchMs: Partial<Record<SearchMode, number>> = {};
    for (const mode of modes) {
      const started = performance.now();
      const source =
        mode === 'lexical' && wholeIndex !== null
          ? { index: wholeIndex, limit: DEPTH }
          : { index: pieceIndex, limit: DEPTH * mostPieces };
      const run = await searchAll(dataset.queries, vectors, mode, source, options);
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
    for (const index of open) await index.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface SplitPassage {
  readonly id: string;
  readonly text: string;
  readonly pieces: readonly Piece[];
}

function splitPassages(dataset: BeirDataset, encoder: Encoder): SplitPassage[] {
  return dataset.passages.map((passage) => {
    const text = passageText(passage);
    return { id: passage.id, text, pieces: piecesFor(encoder, text) };
  });
}

interface IndexedPassages {
  readonly pieces: number;
  readonly encodeSeconds: number;
  readonly indexSeconds: number;
}

/** Fills both indexes from one pass of the encoder; `wholeIndex` is null where it would equal the other. */
async function indexPassages(
  documents: readonly SplitPassage[],
  pieceIndex: MultivectorIndex,
  wholeIndex: MultivectorIndex | null,
  options: EvaluateDatasetOptions,
): Promise<IndexedPassages> {
  const { encoder, signal, onProgress } = options;
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
      signal,
      poolFactor: options.poolFactor,
      onProgress: (within) =>
        onProgress?.({ phase: 'encode-passages', done: done + within, total: pieces, mode: null }),
    });
    const encoded = performance.now();
    let text = 0;
    for (const document of documents.slice(first, end)) {
      const count = document.pieces.length;
      if (count === 0) continue;
      await pieceIndex.upsert(documentInput(document, document.pieces), sliceTexts(vectors, text, count));
      const whole = { text: document.text, start: 0, end: document.text.length };
      wholeIndex?.upsert(documentInput(document, [whole]), mergedTexts(vectors, text, count));
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

function documentInput({ id, text }: SplitPassage, pieces: readonly Piece[]): DocumentInput {
  // Words are stemmed by it, as those of a file. No title: it is the beginning of the text, and would count twice.
  return textDocument({ path: id, text, pieces, lang: detectLanguage(text) });
}

async function encodeQueries(queries: readonly BeirQuery[], options: EvaluateDatasetOptions): Promise<TokenVectors> {
  const { encoder, signal, onProgress } = options;
  return encoder.encodeQueries(
    queries.map((query) => query.text),
    {
      signal,
      onProgress: (done, total) => onProgress?.({ phase: 'encode-queries', done, total, mode: null }),
    },
  );
}

/** Max-passage: a passage's score is that of its best piece. */
async function searchAll(
  queries: readonly BeirQuery[],
  vectors: TokenVectors,
  mode: SearchMode,
  { index, limit }: { readonly index: MultivectorIndex; readonly limit: number },
  options: EvaluateDatasetOptions,
): Promise<Run> {
  const run = new Map<string, Map<string, number>>();
  for (const [i, query] of queries.entries()) {
    throwIfAborted(options.signal);
    const reading = mode === 'lexical' ? null : readingOf(options.encoder, query.text);
    const hits = await index.search({
      mode,
      limit,
      text: query.text,
      vectors: sliceTexts(vectors, i, 1),
      ...(reading && { reading }),
      signal: options.signal,
    });
    const best = new Map<string, number>();
    for (const { path, score } of hits) {
      if (best.size < DEPTH || best.has(path)) best.set(path, Math.max(score, best.get(path) ?? -Infinity));
    }
    run.set(query.id, best);
    options.onProgress?.({ phase: 'search', done: i + 1, total: queries.length, mode });
  }
  return run;
}
