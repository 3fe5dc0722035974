import { resolve, sep } from 'node:path';
import type { Encoder } from '@glot/encoder';

import type { MultivectorIndex, StoredFile } from '@glot/index';
import { createReader, type FileEntry, type IngestOutcome, type SkippedFile, walkFiles } from '@glot/ingest';
import type { DocumentPaths } from './document-path.js';
import { indexBatches } from './sync-batch.js';
import type { SyncOptions, SyncReport } from './types.js';

/** Files read ahead of the encoder. */
const READ_AHEAD = 4;

/** Reasons that lie outside the file: such a file is tried again at every sync, and what the index holds of it stays. */
const PASSING_REASONS: ReadonlySet<string> = new Set(['unreadable', 'vanished']);

export interface SyncContext {
  readonly index: MultivectorIndex;
  readonly encoder: Encoder;
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
    found.set(paths.toKey(entry.absolutePath), entry);
    options.onProgress?.({
      phase: 'walk',
      filesDone: found.size,
      filesTotal: null,
      passages: 0,
      tokens: 0,
      path: entry.path,
    });
  }

  const changed: [key: string, entry: FileEntry][] = [];
  let unchanged = 0;
  for (const [key, entry] of found) {
    const before = stored.get(key);
    if (!isUnchanged(before, entry)) {
      changed.push([key, entry]);
      continue;
    }
    unchanged++;
    const skip = earlierSkips.get(key);
    if (skip) skipped.push({ path: entry.path, reason: skip.reason as SkippedFile['reason'], detail: skip.detail });
  }

  const progress = { filesDone: 0, passages: 0, tokens: 0 };
  let added = 0;
  let updated = 0;
  const reader = createReader({ countTokens: (text) => context.encoder.countTokens(text) });
  try {
    const outcomes = readAhead(changed, (entry) => reader.read(entry, options.signal));
    const tell = (path: string) =>
      options.onProgress?.({ phase: 'index', filesTotal: changed.length, path, ...progress });
    const documents = keepReadable(outcomes, (key, entry, skip) => {
      progress.filesDone++;
      skipped.push(skip);
      if (!PASSING_REASONS.has(skip.reason)) {
        const { path: _, ...record } = skip;
        index.skip({ ...record, path: key, contentHash: '', sizeBytes: entry.sizeBytes, modifiedMs: entry.modifiedMs });
      }
      tell(entry.path);
    });
    for await (const done of indexBatches(documents, context, options, (path, tokens) => {
      progress.tokens += tokens;
      tell(path);
    })) {
      progress.filesDone++;
      progress.passages += done.passages;
      if (done.change === 'added') added++;
      else if (done.change === 'updated') updated++;
      else unchanged++;
      tell(done.path);
    }
  } finally {
    await reader.dispose();
  }

  const deleted = deleteVanished(roots, stored, found, unlisted, context);
  await index.compact({ ...(options.signal && { signal: options.signal }) });
  skipped.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return {
    files: found.size,
    added,
    updated,
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

/** Deletes what the index holds below the given roots but the walk no longer found. */
function deleteVanished(
  roots: readonly string[],
  stored: ReadonlyMap<string, StoredFile>,
  found: ReadonlyMap<string, FileEntry>,
  unlisted: readonly string[],
  { index, paths }: SyncContext,
): number {
  const folders = roots.map((root) => resolve(root).normalize('NFC'));
  let deleted = 0;
  for (const [key, file] of stored) {
    if (found.has(key)) continue;
    const absolute = paths.toAbsolute(key);
    if (!folders.some((folder) => isWithin(folder, absolute))) continue;
    if (unlisted.some((folder) => isWithin(folder, absolute))) continue;
    if (index.delete(key) && file.skipReason === null) deleted++;
  }
  return deleted;
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
