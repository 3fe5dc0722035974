import { setTimeout } from 'node:timers/promises';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import type { MultivectorIndex } from '@glot/index';
import type { FileEntry, IngestedDocument } from '@glot/ingest';
import { sliceTexts, type TokenVectors } from '@glot/kernels';
import { encodedText } from './encoded-text.js';

/** Documents are encoded, and stored in one transaction, together up to this many passages. */
const BATCH_PASSAGES = 96;

/** The same of files that need no encoding. */
const BATCH_FILES = 256;

/** Batches that are encoded while documents are read for the next and the one before is stored. */
const BATCHES_AHEAD = 2;

/** How long what was read waits for more to come where nothing else is at work. */
const IDLE_MS = 200;

/** What comes of a file. */
export type FileOutcome = ReadDocument | FileChange;

export interface ReadDocument {
  readonly kind: 'document';
  readonly key: string;
  readonly entry: FileEntry;
  readonly document: IngestedDocument;
}

/** A change of the index that needs no vectors. */
export interface FileChange {
  readonly kind: 'change';
  readonly entry: FileEntry;
  /** Changes the index, within a transaction. */
  readonly make: () => void;
  /** After that has been stored. */
  readonly done: () => void;
}

export interface BatchContext {
  readonly index: MultivectorIndex;
  /** Loads the encoder; called only where a document is there to be encoded. */
  readonly encoder: () => Promise<Encoder>;
  readonly poolFactor?: number;
  readonly signal: AbortSignal | undefined;
  /** Told while a batch is encoded, before any of it is stored. */
  readonly onEncoding: (state: EncodingState) => void;
  /** Told of each document once it is stored for good. @param tokens number of its vectors */
  readonly onStored: (item: ReadDocument, tokens: number) => void;
}

export interface EncodingState {
  /** Of the batch at work. */
  readonly passages: number;
  readonly bytes: number;
  readonly path: string;
}

interface Batch {
  readonly items: readonly FileOutcome[];
  readonly vectors: Promise<TokenVectors | null>;
}

/**
 * Encodes documents in batches and stores each batch in one transaction, in the order in which they come. While batches
 * are encoded, documents are read for those to come and finished ones are stored; what is held at once is bounded.
 */
export async function storeOutcomes(outcomes: AsyncIterable<FileOutcome>, context: BatchContext): Promise<void> {
  const stop = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal;
  const source = outcomes[Symbol.asyncIterator]();
  const batches: Batch[] = [];
  let items: FileOutcome[] = [];
  let passages = 0;
  const closeBatch = () => {
    batches.push({ items, vectors: startEncoding(items, context, signal) });
    items = [];
    passages = 0;
  };
  let arriving: Promise<IteratorResult<FileOutcome>> | null = source.next();
  try {
    while (arriving || batches.length > 0) {
      throwIfAborted(context.signal);
      const waits: Promise<'arrived' | 'encoded' | 'idle'>[] = [];
      const pause = new AbortController();
      if (arriving && batches.length <= BATCHES_AHEAD) {
        waits.push(arriving.then(() => 'arrived'));
        if (items.length > 0 && batches.length === 0) {
          waits.push(setTimeout(IDLE_MS, 'idle' as const, { signal: pause.signal }).catch(() => 'idle'));
        }
      }
      if (batches.length > 0) waits.push(batches[0]!.vectors.then(() => 'encoded'));
      const event = await Promise.race(waits);
      pause.abort();
      if (event === 'encoded') {
        await storeBatch(batches.shift()!, context);
      } else if (event === 'idle') {
        closeBatch();
      } else {
        const { done, value } = await arriving!;
        if (done) {
          arriving = null;
          if (items.length > 0) closeBatch();
          continue;
        }
        arriving = source.next();
        arriving.catch(() => {}); // reported when its turn comes
        items.push(value);
        if (value.kind === 'document') passages += value.document.passages.length;
        if (passages >= BATCH_PASSAGES || items.length >= BATCH_FILES) closeBatch();
      }
    }
  } finally {
    stop.abort();
    await Promise.allSettled(batches.map(({ vectors }) => vectors));
    await arriving?.catch(() => {});
    await source.return?.();
  }
}

function startEncoding(
  items: readonly FileOutcome[],
  { encoder, poolFactor = 1, onEncoding }: BatchContext,
  signal: AbortSignal,
): Promise<TokenVectors | null> {
  const documents = items.filter((item) => item.kind === 'document');
  const texts = documents.flatMap(({ document }) =>
    document.passages.map((passage) => encodedText(document.title, passage)),
  );
  const bytes = documents.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  const path = documents.at(-1)?.entry.path ?? '';
  const encode = async () => {
    if (texts.length === 0) return null;
    const loaded = await encoder();
    return loaded.encodeDocuments(texts, {
      signal,
      poolFactor,
      onProgress: (done, total) => onEncoding({ passages: done, bytes: (bytes * done) / total, path }),
    });
  };
  const vectors = encode();
  vectors.catch(() => {}); // reported when its turn comes
  return vectors;
}

async function storeBatch(batch: Batch, { index, onStored }: BatchContext): Promise<void> {
  const vectors = await batch.vectors;
  const stored: (() => void)[] = [];
  let first = 0;
  index.together(() => {
    for (const item of batch.items) {
      if (item.kind === 'change') {
        item.make();
        stored.push(item.done);
        continue;
      }
      const { key, document } = item;
      const own = sliceTexts(vectors!, first, document.passages.length);
      first += document.passages.length;
      index.upsert({ ...document, path: key }, own);
      stored.push(() => onStored(item, own.data.length / own.dim));
    }
  });
  for (const tell of stored) tell();
}
