import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import type { MultivectorIndex } from '@glot/index';
import type { FileEntry, IngestedDocument } from '@glot/ingest';
import { sliceTexts } from '@glot/kernels';
import { encodedText } from './encoded-text.js';

/** Documents are encoded together up to this many passages, so that batches of equal length fill. */
const BATCH_PASSAGES = 96;

export interface ReadDocument {
  readonly key: string;
  readonly entry: FileEntry;
  readonly document: IngestedDocument;
}

export interface IndexedDocument {
  readonly entry: FileEntry;
  readonly change: 'added' | 'updated' | 'unchanged';
  readonly passages: number;
  /** Token vectors. */
  readonly tokens: number;
}

export interface BatchContext {
  readonly index: MultivectorIndex;
  readonly encoder: Encoder;
  readonly poolFactor?: number;
  readonly signal: AbortSignal | undefined;
  /** Whether documents with the stored content are encoded again. */
  readonly force: boolean;
  /** Told while a batch is encoded, before any of it is stored. */
  readonly onEncoding: (state: EncodingState) => void;
}

export interface EncodingState {
  /** Of the batch at work. */
  readonly passages: number;
  readonly bytes: number;
  readonly path: string;
}

/** Encodes documents in batches and stores each in a transaction of its own. */
export async function* indexBatches(
  documents: AsyncIterable<ReadDocument>,
  context: BatchContext,
): AsyncGenerator<IndexedDocument> {
  let batch: ReadDocument[] = [];
  let passages = 0;
  for await (const item of documents) {
    throwIfAborted(context.signal);
    const { key, entry, document } = item;
    const before = context.index.get(key);
    if (!context.force && before?.contentHash === document.contentHash) {
      context.index.touch(key, entry.sizeBytes, entry.modifiedMs);
      yield { entry, change: 'unchanged', passages: 0, tokens: 0 };
      continue;
    }
    batch.push(item);
    passages += document.passages.length;
    if (passages < BATCH_PASSAGES) continue;
    yield* storeBatch(batch, context);
    batch = [];
    passages = 0;
  }
  yield* storeBatch(batch, context);
}

async function* storeBatch(
  batch: readonly ReadDocument[],
  { index, encoder, poolFactor = 1, signal, onEncoding }: BatchContext,
): AsyncGenerator<IndexedDocument> {
  if (batch.length === 0) return;
  const texts = batch.flatMap(({ document }) =>
    document.passages.map((passage) => encodedText(document.title, passage)),
  );
  const bytes = batch.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  const { path } = batch[batch.length - 1]!.entry;
  const vectors = await encoder.encodeDocuments(texts, {
    ...(signal && { signal }),
    poolFactor,
    onProgress: (done, total) => onEncoding({ passages: done, bytes: (bytes * done) / total, path }),
  });
  let first = 0;
  for (const { key, entry, document } of batch) {
    throwIfAborted(signal);
    const own = sliceTexts(vectors, first, document.passages.length);
    first += document.passages.length;
    const change = index.get(key) === null ? 'added' : 'updated';
    index.upsert({ ...document, path: key }, own);
    yield { entry, change, passages: document.passages.length, tokens: own.data.length / own.dim };
  }
}

/** What the encoder sees of a passage: its headings give the context that the passage alone lacks. */
