import { setTimeout } from 'node:timers/promises';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import type { IndexChange, MultivectorIndex, PreparedVectors } from '@glot/index';
import type { FileEntry, IngestedDocument } from '@glot/ingest';
import { encodedText } from '../texts/encoded-text.js';

/** Documents are encoded, and stored in one transaction, together up to this many passages. */
const BATCH_PASSAGES = 96;

/** The same of files that need no encoding. */
const BATCH_FILES = 256;

/** Batches that are encoded beside the one that is stored next, while documents are read for the one after. */
const BATCHES_AHEAD = 1;

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
  readonly changes: readonly IndexChange[];
  /** After they have been stored. */
  readonly done: () => void;
}

export interface BatchContext {
  readonly index: MultivectorIndex;
  /** Loads the encoder; called only where a document is there to be encoded. */
  readonly encoder: () => Promise<Encoder>;
  readonly poolFactor?: number | undefined;
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
  /** Of all passages of its documents. */
  readonly vectors: Promise<PreparedVectors[]>;
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
  const next = () => {
    const arrival = source.next();
    arrival.catch(() => {}); // reported when its turn comes
    return arrival;
  };
  let arriving: Promise<IteratorResult<FileOutcome>> | null = next();
  try {
    while (arriving || batches.length > 0) {
      throwIfAborted(context.signal);
      const waits: Promise<'arrived' | 'encoded' | 'idle'>[] = [];
      let pause: AbortController | undefined;
      if (arriving && batches.length <= BATCHES_AHEAD) {
        waits.push(arriving.then(() => 'arrived'));
        if (items.length > 0 && batches.length === 0) {
          pause = new AbortController();
          waits.push(setTimeout(IDLE_MS, 'idle' as const, { signal: pause.signal }).catch(() => 'idle'));
        }
      }
      if (batches.length > 0) waits.push(batches[0]!.vectors.then(() => 'encoded'));
      const event = await Promise.race(waits);
      pause?.abort();
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
        arriving = next();
        items.push(value);
        if (value.kind === 'document') passages += value.document.passages.length;
        if (passages >= BATCH_PASSAGES || items.length >= BATCH_FILES) closeBatch();
      }
    }
  } finally {
    stop.abort();
    await Promise.allSettled(batches.map(({ vectors }) => vectors));
    // Not awaited: what is being read may take long, and the caller ends it by disposing of the reader.
    source.return?.().catch(() => {});
  }
}

function startEncoding(
  items: readonly FileOutcome[],
  context: BatchContext,
  signal: AbortSignal,
): Promise<PreparedVectors[]> {
  const documents = items.filter((item) => item.kind === 'document');
  const texts = documents.flatMap(({ document }) =>
    document.passages.map((passage) => encodedText(document.title, passage)),
  );
  const bytes = documents.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  const path = documents.at(-1)?.entry.path ?? '';
  const onEncoded = (done: number) =>
    context.onEncoding({ passages: done, bytes: (bytes * done) / texts.length, path });
  const vectors = texts.length === 0 ? Promise.resolve([]) : encodeTexts(texts, context, signal, onEncoded);
  vectors.catch(() => {}); // reported when its turn comes
  return vectors;
}

/** Part by part, two at a time: a long document has more vectors than are to be in memory as the encoder gives them. */
async function encodeTexts(
  texts: readonly string[],
  { index, encoder, poolFactor = 1 }: BatchContext,
  signal: AbortSignal,
  onEncoded: (done: number) => void,
): Promise<PreparedVectors[]> {
  const loaded = await encoder();
  const counts: number[] = [];
  const encodePart = async (part: number): Promise<PreparedVectors[]> => {
    const some = texts.slice(part * BATCH_PASSAGES, (part + 1) * BATCH_PASSAGES);
    const onProgress = (done: number) => {
      counts[part] = done;
      onEncoded(counts.reduce((sum, count) => sum + count, 0));
    };
    return index.prepare(await loaded.encodeDocuments(some, { signal, poolFactor, onProgress }));
  };
  const parts = Math.ceil(texts.length / BATCH_PASSAGES);
  const prepared: PreparedVectors[] = [];
  const running: Promise<PreparedVectors[]>[] = [];
  try {
    for (let part = 0; part < parts; part += 1) {
      const encoding = encodePart(part);
      encoding.catch(() => {}); // reported when its turn comes
      running.push(encoding);
      if (running.length === 2) prepared.push(...(await running.shift()!));
    }
    while (running.length > 0) prepared.push(...(await running.shift()!));
    return prepared;
  } finally {
    await Promise.allSettled(running);
  }
}

async function storeBatch(batch: Batch, { index, onStored }: BatchContext): Promise<void> {
  const vectors = await batch.vectors;
  const stored: (() => void)[] = [];
  let first = 0;
  const changes: IndexChange[] = [];
  for (const item of batch.items) {
    if (item.kind === 'change') {
      changes.push(...item.changes);
      stored.push(item.done);
      continue;
    }
    const { key, document } = item;
    const own = vectors.slice(first, first + document.passages.length);
    first += own.length;
    changes.push({ kind: 'upsert', document: { ...document, path: key }, vectors: own });
    const tokens = own.reduce((sum, { rows }) => sum + rows, 0);
    stored.push(() => onStored(item, tokens));
  }
  await index.write(changes);
  for (const tell of stored) tell();
}
