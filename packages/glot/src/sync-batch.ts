import { extname } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import type { MultivectorIndex, StoredFile } from '@glot/index';
import type { FileEntry, IngestedDocument } from '@glot/ingest';
import { sliceTexts, type TokenVectors } from '@glot/kernels';
import { encodedText } from './encoded-text.js';

/** Documents are encoded together up to this many passages, so that batches of equal length fill. */
const BATCH_PASSAGES = 96;

/** Batches that are encoded while documents are read for the next and the one before is stored. */
const BATCHES_AHEAD = 2;

export interface ReadDocument {
  readonly key: string;
  readonly entry: FileEntry;
  readonly document: IngestedDocument;
}

export interface IndexedDocument {
  readonly entry: FileEntry;
  readonly change: 'added' | 'updated' | 'moved';
  readonly passages: number;
  /** Token vectors. */
  readonly tokens: number;
  /** Where the file was not read to its end: how far. */
  readonly shortfall?: IngestedDocument['shortfall'];
}

export interface BatchContext {
  readonly index: MultivectorIndex;
  readonly encoder: Encoder;
  readonly poolFactor?: number;
  readonly signal: AbortSignal | undefined;
  /** Whether documents with the stored content are encoded again. */
  readonly force: boolean;
  /** What the index held before, by path. */
  readonly stored: ReadonlyMap<string, StoredFile>;
  /** Of `stored`, what is no longer found: such a document may lie elsewhere now. */
  readonly vanished: readonly StoredFile[];
  /** Told while a batch is encoded, before any of it is stored. */
  readonly onEncoding: (state: EncodingState) => void;
}

export interface EncodingState {
  /** Of the batch at work. */
  readonly passages: number;
  readonly bytes: number;
  readonly path: string;
}

interface Encoding {
  readonly batch: readonly ReadDocument[];
  readonly vectors: Promise<TokenVectors>;
}

/**
 * Encodes documents in batches and stores each in a transaction of its own, in their order. While batches are encoded,
 * documents are read for those to come and finished ones are stored; what is held at once is bounded.
 */
export async function* indexBatches(
  documents: AsyncIterable<ReadDocument>,
  context: BatchContext,
): AsyncGenerator<IndexedDocument> {
  const { index, force } = context;
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  const movable = new Map<string, string[]>();
  for (const { path, contentHash, indexed } of context.vanished) {
    if (!indexed) continue;
    const name = contentName(contentHash, path);
    movable.set(name, [...(movable.get(name) ?? []), path]);
  }
  const encodings: Encoding[] = [];
  let batch: ReadDocument[] = [];
  let passages = 0;
  const encodeBatch = () => {
    encodings.push(startEncoding(batch, context, signal));
    batch = [];
    passages = 0;
  };
  try {
    for await (const item of documents) {
      throwIfAborted(context.signal);
      const { key, entry, document } = item;
      const from = force ? undefined : movable.get(contentName(document.contentHash, key))?.pop();
      if (from !== undefined && index.move(from, key, entry.sizeBytes, entry.modifiedMs, entry.changedMs)) {
        yield { entry, change: 'moved', passages: 0, tokens: 0, ...told(document) };
        continue;
      }
      batch.push(item);
      passages += document.passages.length;
      if (passages < BATCH_PASSAGES) continue;
      encodeBatch();
      if (encodings.length > BATCHES_AHEAD) yield* storeBatch(encodings.shift()!, context);
    }
    if (batch.length > 0) encodeBatch();
    while (encodings.length > 0) yield* storeBatch(encodings.shift()!, context);
  } finally {
    stop.abort();
    await Promise.allSettled(encodings.map(({ vectors }) => vectors));
  }
}

const told = ({ shortfall }: IngestedDocument) => (shortfall === undefined ? {} : { shortfall });

/** The end of a name decides how a file is read. */
const contentName = (contentHash: string, path: string): string => `${contentHash} ${extname(path).toLowerCase()}`;

function startEncoding(
  batch: readonly ReadDocument[],
  { encoder, poolFactor = 1, onEncoding }: BatchContext,
  signal: AbortSignal,
): Encoding {
  const texts = batch.flatMap(({ document }) =>
    document.passages.map((passage) => encodedText(document.title, passage)),
  );
  const bytes = batch.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  const { path } = batch[batch.length - 1]!.entry;
  const vectors = encoder.encodeDocuments(texts, {
    signal,
    poolFactor,
    onProgress: (done, total) => onEncoding({ passages: done, bytes: (bytes * done) / total, path }),
  });
  vectors.catch(() => {}); // reported when its turn comes
  return { batch, vectors };
}

async function* storeBatch(
  encoding: Encoding,
  { index, signal, stored }: BatchContext,
): AsyncGenerator<IndexedDocument> {
  const vectors = await encoding.vectors;
  let first = 0;
  for (const { key, entry, document } of encoding.batch) {
    throwIfAborted(signal);
    const own = sliceTexts(vectors, first, document.passages.length);
    first += document.passages.length;
    const before = stored.get(key);
    const change = before?.indexed ? 'updated' : 'added';
    index.upsert({ ...document, path: key }, own);
    yield {
      entry,
      change,
      passages: document.passages.length,
      tokens: own.data.length / own.dim,
      ...told(document),
    };
  }
}
