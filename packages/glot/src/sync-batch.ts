import { throwIfAborted } from '@glot/errors';
import type { FileEntry, IngestedDocument } from '@glot/ingest';
import { sliceTexts } from '@glot/kernels';
import type { SyncContext } from './sync.js';
import type { SyncOptions } from './types.js';

/** Documents are encoded together up to this many passages, so that batches of equal length fill. */
const BATCH_PASSAGES = 96;

export interface ReadDocument {
  readonly key: string;
  readonly entry: FileEntry;
  readonly document: IngestedDocument;
}

export interface IndexedDocument {
  readonly path: string;
  readonly change: 'added' | 'updated' | 'unchanged';
  readonly passages: number;
}

/** Encodes documents in batches and stores each in a transaction of its own. */
export async function* indexBatches(
  documents: AsyncIterable<ReadDocument>,
  context: SyncContext,
  options: SyncOptions,
  onEncoded: (path: string, tokens: number) => void,
): AsyncGenerator<IndexedDocument> {
  let batch: ReadDocument[] = [];
  let passages = 0;
  for await (const item of documents) {
    throwIfAborted(options.signal);
    const { key, entry, document } = item;
    const before = context.index.get(key);
    if (before?.contentHash === document.contentHash) {
      context.index.touch(key, entry.sizeBytes, entry.modifiedMs);
      yield { path: entry.path, change: 'unchanged', passages: 0 };
      continue;
    }
    batch.push(item);
    passages += document.passages.length;
    if (passages < BATCH_PASSAGES) continue;
    yield* storeBatch(batch, context, options, onEncoded);
    batch = [];
    passages = 0;
  }
  yield* storeBatch(batch, context, options, onEncoded);
}

async function* storeBatch(
  batch: readonly ReadDocument[],
  { index, encoder }: SyncContext,
  options: SyncOptions,
  onEncoded: (path: string, tokens: number) => void,
): AsyncGenerator<IndexedDocument> {
  if (batch.length === 0) return;
  const texts = batch.flatMap(({ document }) => document.passages.map((passage) => encodedText(document, passage)));
  const vectors = await encoder.encodeDocuments(texts, options.signal ? { signal: options.signal } : {});
  let first = 0;
  for (const { key, entry, document } of batch) {
    throwIfAborted(options.signal);
    const own = sliceTexts(vectors, first, document.passages.length);
    first += document.passages.length;
    const change = index.get(key) === null ? 'added' : 'updated';
    index.upsert({ ...document, path: key }, own);
    onEncoded(entry.path, own.data.length / own.dim);
    yield { path: entry.path, change, passages: document.passages.length };
  }
}

/** What the encoder sees of a passage: its headings give the context that the passage alone lacks. */
function encodedText(document: IngestedDocument, passage: IngestedDocument['passages'][number]): string {
  const trail = passage.headings.length > 0 ? passage.headings : document.title === null ? [] : [document.title];
  const lead = trail.filter((heading) => !passage.text.includes(heading)).join(' – ');
  return lead === '' ? passage.text : `${lead}\n${passage.text}`;
}
