import { setImmediate } from 'node:timers/promises';
import type { Encoder } from '@glot/encoder';
import { throwIfAborted } from '@glot/errors';
import type { IndexChange, MultivectorIndex, OptimizeProgress, SkippedInput, StoredFile } from '@glot/index';
import { createReader, type FileEntry, type ReadLimits, skipKind, type WalkSkip } from '@glot/ingest';
import type { DocumentPaths } from '../files/document-path.js';
import { type EncodingState, storeOutcomes } from './sync-batch.js';
import { readOutcomes, skippedAs } from './sync-reading.js';
import { findVanished, isTooMuch } from './sync-removal.js';
import { forgetRoots, walkRoots } from './sync-walk.js';
import type { SkippedInSync, SyncOptions, SyncProgress, SyncReport } from './types.js';

/** Documents are deleted for about so long in one transaction; then comes a look at the signal. */
const DELETE_SLICE_MS = 100;

/** Where each part of the arranging begins and ends, as shares of its time. */
const ARRANGING: Readonly<Record<OptimizeProgress['phase'], readonly [from: number, to: number]>> = {
  recode: [0, 0.3],
  train: [0.3, 0.6],
  assign: [0.6, 0.9],
  tune: [0.9, 1],
};

function arrangedShare({ phase, done, total }: OptimizeProgress): number {
  const [from, to] = ARRANGING[phase];
  return from + (to - from) * (total === 0 ? 1 : done / total);
}

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
  /** Frees the encoder; it is loaded again where it is asked for. */
  readonly releaseEncoder?: (() => Promise<void>) | undefined;
  /** How the tokens of passages are pooled; default 1: not. */
  readonly poolFactor?: number | undefined;
  readonly paths: DocumentPaths;
  /** Of a single file. */
  readonly limits?: ReadLimits | undefined;
}

/**
 * Brings the index in step with files and folders: new and changed files are read, encoded and stored (a few dozen in one
 * transaction), files gone from below a given folder are deleted, unchanged ones cost one stat. What could not be looked
 * at, or not be read for a reason that may pass, stays as it is stored and is tried again by the next sync. Interrupted
 * at any moment, the next sync goes on where this one stopped.
 * @throws GlotError `ingest.not-found` for a missing path of which nothing is stored, before anything is changed;
 * `AbortError`; the index's errors
 */
export async function syncFiles(
  named: readonly string[] | null,
  context: SyncContext,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const started = performance.now();
  const { index, paths } = context;
  const stored = new Map((await index.ledger.files()).map((file) => [file.path, file]));
  const earlierSkips = new Map((await index.ledger.skippedFiles()).map((file) => [file.path, file]));
  const skipped: SkippedInSync[] = [];
  const walk = await walkRoots(named, stored, context, options, (entry, files) =>
    options.onProgress?.({ ...NOTHING_DONE, filesDone: files, path: entry.path }),
  );
  const { roots, found, notRead, gone, absent } = walk;

  const recorded = (file: SkippedInput): IndexChange[] => {
    const before = earlierSkips.get(file.path);
    const full: SkippedInput = { changedMs: 0, ...file };
    const isTold =
      before && Object.entries(full).every(([name, value]) => before[name as keyof SkippedInput] === value);
    if (isTold) return [];
    const skip = { kind: 'skip', file: full } as const;
    return skipKind(file.reason) === 'passing' ? [skip] : [{ kind: 'delete', path: file.path }, skip];
  };
  const first: IndexChange[] = [...walk.remembered];
  const seen = new Set(found.keys());
  const keepSkip = ({ absolutePath, ...skip }: WalkSkip) => {
    if (paths.isOfIndex(absolutePath)) return;
    const key = paths.toKey(absolutePath);
    seen.add(key);
    skipped.push(skip);
    first.push(...recorded({ ...skip, path: key, contentHash: '', sizeBytes: 0, modifiedMs: 0 }));
  };
  for (const skip of notRead) keepSkip(skip);

  const changed: [key: string, entry: FileEntry][] = [];
  let unchanged = 0;
  for (const [key, entry] of found) {
    const before = stored.get(key);
    if (before === undefined || options.force || !isUnchanged(before, entry)) {
      changed.push([key, entry]);
      continue;
    }
    // Of an older format: from now on it is known when its inode changed.
    if (before.changedMs === 0) first.push({ kind: 'stamp', stamp: { ...entry, path: key } });
    if (before.indexed) unchanged++;
    const skip = earlierSkips.get(key);
    if (skip) skipped.push(skippedAs(entry.path, skip));
  }

  const bytesTotal = changed.reduce((sum, [, entry]) => sum + entry.sizeBytes, 0);
  const progress: Mutable<SyncProgress> = { ...NOTHING_DONE, phase: 'index', filesTotal: changed.length, bytesTotal };
  let added = 0;
  let updated = 0;
  let moved = 0;
  const unseen = notRead.filter(({ reason }) => skipKind(reason) === 'passing').map(({ absolutePath }) => absolutePath);
  const { files: vanished, unsure } = await findVanished(roots, stored, seen, unseen, paths);
  for (const { absolutePath, code } of unsure) {
    const detail = `cannot be looked at (${code})`;
    keepSkip({ path: paths.toDisplay(paths.toKey(absolutePath)), absolutePath, reason: 'unreadable', detail });
  }
  if (first.length > 0) await index.write(first);
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
    let loading: Promise<Encoder> | undefined;
    const encoder = () => (loading ??= context.encoder());
    const reader = createReader({
      loadTokenCounter: async () => {
        const loaded = await encoder();
        return (text) => loaded.countTokens(text);
      },
      ...(context.limits && { limits: context.limits }),
    });
    try {
      const { signal, force = false } = options;
      const known = { reader, stored, vanished, earlierSkips, force, signal, recorded };
      const outcomes = readOutcomes(changed, {
        ...known,
        onFinished: (entry, outcome, skip) => {
          if (skip) skipped.push(skip);
          if (outcome === 'unchanged') unchanged++;
          else if (outcome === 'moved') moved++;
          finished(entry);
        },
      });
      await storeOutcomes(outcomes, {
        ...context,
        encoder,
        signal,
        onEncoding: (state: EncodingState) => tell(state.path, state),
        onStored: ({ key, entry, document }, tokens) => {
          const { shortfall, passages } = document;
          if (shortfall) skipped.push({ path: entry.path, ...shortfall });
          progress.passages += passages.length;
          progress.tokens += tokens;
          if (stored.get(key)?.indexed) updated++;
          else added++;
          finished(entry);
        },
      });
    } finally {
      await reader.dispose();
    }
    if (options.keepEncoder === false) await context.releaseEncoder?.();
  }

  let deleted = 0;
  // What has moved stands under its new path by now.
  const standingPaths = vanished.length === 0 ? new Set() : new Set((await index.list()).map(({ path }) => path));
  const left = vanished.filter(({ path, indexed }) => indexed && standingPaths.has(path));
  const standing = roots.filter((root) => !gone.includes(root));
  const kept = !options.deleteMissing && isTooMuch(left, stored, found, standing, paths) ? left : [];
  const keptPaths = new Set(kept.map(({ path }) => path));
  const leaving = vanished.filter(({ path }) => !keptPaths.has(path));
  let slice = 1;
  for (let at = 0; at < leaving.length; ) {
    const files = leaving.slice(at, at + slice);
    const begun = performance.now();
    await index.write(files.map(({ path }) => ({ kind: 'delete', path })));
    deleted += files.filter(({ path }) => standingPaths.has(path)).length;
    at += files.length;
    slice = performance.now() - begun < DELETE_SLICE_MS / 2 ? slice * 2 : Math.max(1, slice >> 1);
    if (at === leaving.length) break;
    const done = { filesDone: at, filesTotal: leaving.length, path: paths.toDisplay(leaving[at - 1]!.path) };
    options.onProgress?.({ ...progress, phase: 'delete', ...done });
    await setImmediate();
    throwIfAborted(options.signal);
  }
  if (kept.length === 0) await forgetRoots(walk.goneRoots, context);
  await index.optimize({
    ...(options.signal && { signal: options.signal }),
    onProgress: (state) =>
      options.onProgress?.({ ...progress, phase: 'arrange', path: '', arranged: arrangedShare(state) }),
  });
  skipped.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return {
    files: found.size,
    added,
    updated,
    moved,
    unchanged,
    deleted,
    missing: kept.length,
    gone,
    absent,
    skipped,
    passages: progress.passages,
    tokens: progress.tokens,
    elapsedMs: performance.now() - started,
  };
}

function isUnchanged(before: StoredFile, now: FileEntry): boolean {
  if (before.skipReason !== null && skipKind(before.skipReason) === 'passing') return false;
  if (before.sizeBytes !== now.sizeBytes || before.modifiedMs !== now.modifiedMs) return false;
  return before.changedMs === 0 || before.changedMs === now.changedMs;
}
