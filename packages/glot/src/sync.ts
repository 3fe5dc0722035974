import { resolve, sep } from 'node:path';
import type { Encoder } from '@glot/encoder';
import type { MultivectorIndex, StoredFile } from '@glot/index';
import { createReader, type FileEntry, type IngestOutcome, type SkippedFile, walkFiles } from '@glot/ingest';
import type { DocumentPaths } from './document-path.js';
import { type EncodingState, indexBatches } from './sync-batch.js';
import type { SyncOptions, SyncProgress, SyncReport } from './types.js';

/** Files read ahead of the encoder. */
const READ_AHEAD = 4;

/** Reasons that lie outside the file: such a file is tried again at every sync, and what the index holds of it stays. */
const PASSING_REASONS: ReadonlySet<string> = new Set(['unreadable', 'vanished']);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING_DONE: SyncProgress = {
  phase: 'walk',
  filesDone: 0,
  filesTotal: null,
  bytesDone: 0,
  bytesTotal: 0,
  passages: 0,
  tokens: 0,
  path: '',
};

export interface SyncContext {
  readonly index: MultivectorIndex;
  /** Loads the encoder; called only where a file needs it. */
  readonly encoder: () => Promise<Encoder>;
  /** How the tokens of passages are pooled; default 1: not. */
  readonly poolFactor?: number;
  readonly paths: DocumentPaths;
}

/**
 * Brings the index in step with files and folders: new and changed files are read, encoded and stored (each in one
 * transaction), files gone from below a given folder are deleted, unchanged ones cost one stat. Interrupted at any
 * moment, the next sync goes on where this one stopped.
 * @throws GlotError `ingest.not-found` for a missing path, before anything is changed; `aborted`; the index's errors
 */
export async function syncFiles(
  roots: readonly string[],
  context: SyncContext,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const started = performance.now();
  const { index, paths } = context;
  const stored = new Map(index.files().map((file) => [file.path, file]));
  const earlierSkips = new Map(index.skippedFiles().map((file) => [file.path, file]));
  const skipped: SkippedFile[] = [];
  const found = new Map<string, FileEntry>();
  /** Folders that could not be listed: what the index holds from below them stays. */
  const unlisted: string[] = [];
  const walkOptions = {
    noIgnore: options.noIgnore ?? false,
    onSkipped: (file: SkippedFile) => {
      skipped.push(file);
      if (file.reason === 'unreadable') unlisted.push(resolve(file.path).normalize('NFC'));
    },
    ...(options.signal && { signal: options.signal }),
  };
  for await (const entry of walkFiles([...roots], walkOptions)) {
    if (paths.isOfIndex(entry.absolutePath)) continue;
    found.set(paths.toKey(entry.absolutePath), entry);
    options.onProgress?.({ ...NOTHING_DONE, filesDone: found.size, path: entry.path });
  }

  const changed: [key: string, entry: FileEntry][] = [];
  let unchanged = 0;
  for (const [key, entry] of found) {
    const before = stored.get(key);
    if (options.force || !isUnchanged(before, entry)) {
      changed.push([key, entry]);
      continue;
    }
    const skip = earlierSkips.get(key);
    if (skip) skipped.push({ path: entry.path, reason: skip.reason as SkippedFile['reason'], detail: skip.detail });
    else unchanged++;
  }

  const bytesTotal = changed.reduce((sum, [, entry]) => sum + entry.sizeBytes, 0);
  const progress: Mutable<SyncProgress> = { ...NOTHING_DONE, phase: 'index', filesTotal: changed.length, bytesTotal };
  let added = 0;
  let updated = 0;
  let moved = 0;
  const vanished = vanishedFiles(roots, stored, found, unlisted, paths);
  // A batch is told of while it is encoded, then again file by file as these are stored: figures never go back.
  let told = { passages: 0, bytesDone: 0 };
  const tell = (path: string, encoding = { passages: 0, bytes: 0 }) => {
    told = {
      passages: Math.max(told.passages, progress.passages + encoding.passages),
      bytesDone: Math.max(told.bytesDone, progress.bytesDone + encoding.bytes),
    };
    options.onProgress?.({ ...progress, ...told, path });
  };
  const finished = (entry: FileEntry) => {
    progress.filesDone++;
    progress.bytesDone += entry.sizeBytes;
    tell(entry.path);
  };
  if (changed.length > 0) {
    const encoder = await context.encoder();
    const reader = createReader({ countTokens: (text) => encoder.countTokens(text) });
    try {
      const outcomes = readAhead(changed, (entry) => reader.read(entry, options.signal));
      const documents = keepReadable(outcomes, (key, entry, skip) => {
        skipped.push(skip);
        if (!PASSING_REASONS.has(skip.reason)) {
          const { path: _, ...record } = skip;
          const { sizeBytes, modifiedMs } = entry;
          index.skip({ ...record, path: key, contentHash: '', sizeBytes, modifiedMs });
        }
        finished(entry);
      });
      const { signal, force = false } = options;
      const onEncoding = (state: EncodingState) => tell(state.path, state);
      const batching = { ...context, encoder, signal, force, stored, vanished, onEncoding };
      for await (const done of indexBatches(documents, batching)) {
        progress.passages += done.passages;
        progress.tokens += done.tokens;
        if (done.change === 'added') added++;
        else if (done.change === 'updated') updated++;
        else if (done.change === 'moved') moved++;
        else unchanged++;
        finished(done.entry);
      }
    } finally {
      await reader.dispose();
    }
  }

  let deleted = 0;
  // Of what has moved, nothing is left to delete.
  for (const { path, skipReason } of vanished) if (index.delete(path) && skipReason === null) deleted++;
  await index.compact({
    ...(options.signal && { signal: options.signal }),
    onProgress: () => options.onProgress?.({ ...progress, phase: 'arrange', path: '' }),
  });
  skipped.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return {
    files: found.size,
    added,
    updated,
    moved,
    unchanged,
    deleted,
    skipped,
    passages: progress.passages,
    tokens: progress.tokens,
    elapsedMs: performance.now() - started,
  };
}

function isUnchanged(before: StoredFile | undefined, now: FileEntry): boolean {
  return before !== undefined && before.sizeBytes === now.sizeBytes && before.modifiedMs === now.modifiedMs;
}

/** Reads a few files ahead, in order. */
async function* readAhead(
  changed: readonly [string, FileEntry][],
  read: (entry: FileEntry) => Promise<IngestOutcome>,
): AsyncGenerator<{ key: string; entry: FileEntry; outcome: IngestOutcome }> {
  const pending: Promise<IngestOutcome>[] = [];
  for (let next = 0, current = 0; current < changed.length; current++) {
    for (; next < changed.length && pending.length < READ_AHEAD; next++) {
      const reading = read(changed[next]![1]);
      reading.catch(() => {}); // reported when its turn comes
      pending.push(reading);
    }
    const [key, entry] = changed[current]!;
    yield { key, entry, outcome: await pending.shift()! };
  }
}

async function* keepReadable(
  outcomes: AsyncIterable<{ key: string; entry: FileEntry; outcome: IngestOutcome }>,
  onSkipped: (key: string, entry: FileEntry, skip: SkippedFile) => void,
) {
  for await (const { key, entry, outcome } of outcomes) {
    if (outcome.status === 'read') yield { key, entry, document: outcome.document };
    else onSkipped(key, entry, outcome.skipped);
  }
}

/** What the index holds below the given roots but the walk no longer found. */
function vanishedFiles(
  roots: readonly string[],
  stored: ReadonlyMap<string, StoredFile>,
  found: ReadonlyMap<string, FileEntry>,
  unlisted: readonly string[],
  paths: DocumentPaths,
): StoredFile[] {
  const folders = roots.map((root) => resolve(root).normalize('NFC'));
  return [...stored].flatMap(([key, file]) => {
    if (found.has(key)) return [];
    const absolute = paths.toAbsolute(key);
    const gone = folders.some((folder) => isWithin(folder, absolute));
    return gone && !unlisted.some((folder) => isWithin(folder, absolute)) ? [file] : [];
  });
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
