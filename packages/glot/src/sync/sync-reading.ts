import { extname } from 'node:path';
import type { IndexChange, SkippedInput, StoredFile } from '@glot/index';
import { type DocumentReader, type FileEntry, type IngestOutcome, type SkippedFile, skipKind } from '@glot/ingest';
import type { FileOutcome } from './sync-batch.js';
import type { SkippedInSync } from './types.js';

/** Files read ahead of the encoder, and how many bytes of them unless it is one file. */
const READ_AHEAD = 4;
const READ_AHEAD_BYTES = 64 * 2 ** 20;

/** Reasons that may lie in what else was going on: such files are tried once more when all others have been read. */
const CROWDED: ReadonlySet<string> = new Set(['timeout', 'out-of-memory']);

export interface ReadingContext {
  readonly reader: DocumentReader;
  /** What the index held before, by path. */
  readonly stored: ReadonlyMap<string, StoredFile>;
  /** Of `stored`, what is no longer found: such a document may lie elsewhere now. */
  readonly vanished: readonly StoredFile[];
  readonly earlierSkips: ReadonlyMap<string, SkippedInput>;
  /** Whether documents with the stored content are read and encoded again. */
  readonly force: boolean;
  readonly signal: AbortSignal | undefined;
  /** What is to be stored of a file that was left out. */
  readonly recorded: (skip: SkippedInput) => readonly IndexChange[];
  readonly onFinished: (entry: FileEntry, outcome: 'unchanged' | 'moved' | 'skipped', skip?: SkippedInSync) => void;
}

/** Reads files, a few ahead, and says what is to be done of each, in order; files of known content are not parsed. */
export async function* readOutcomes(
  files: readonly (readonly [key: string, entry: FileEntry])[],
  context: ReadingContext,
): AsyncGenerator<FileOutcome> {
  const { reader, stored, force, signal } = context;
  const movable = movableDocuments(force ? [] : context.vanished);
  const movedFrom = new Map<string, string>();
  const read = (key: string, entry: FileEntry) => {
    if (force) return reader.read(entry, signal);
    const before = stored.get(key);
    return reader.readChanged(
      entry,
      (contentHash) => {
        if (before?.indexed && before.contentHash === contentHash) return true;
        const from = movable.get(contentName(contentHash, key))?.pop();
        if (from !== undefined) movedFrom.set(key, from);
        return from !== undefined;
      },
      signal,
    );
  };
  const again: (readonly [key: string, entry: FileEntry])[] = [];
  for await (const { key, entry, outcome } of readAhead(files, read, READ_AHEAD)) {
    if (outcome.status === 'skipped' && CROWDED.has(outcome.skipped.reason)) again.push([key, entry]);
    else yield fileOutcome(key, entry, outcome, movedFrom.get(key), context);
  }
  for await (const { key, entry, outcome } of readAhead(again, read, 1)) {
    yield fileOutcome(key, entry, outcome, movedFrom.get(key), context);
  }
}

function fileOutcome(
  key: string,
  entry: FileEntry,
  outcome: Outcome,
  movedFrom: string | undefined,
  { stored, earlierSkips, recorded, onFinished }: ReadingContext,
): FileOutcome {
  if (outcome.status === 'read') return { kind: 'document', key, entry, document: outcome.document };
  const { path, sizeBytes, modifiedMs, changedMs } = entry;
  const change = (changes: readonly IndexChange[], done: () => void): FileOutcome => ({
    kind: 'change',
    entry,
    changes,
    done,
  });
  if (outcome.status === 'skipped') {
    const { skipped } = outcome;
    const keeps = skipKind(skipped.reason) === 'passing' && stored.get(key)?.indexed === true;
    return change(recorded({ ...skipped, path: key, contentHash: '', sizeBytes, modifiedMs, changedMs }), () =>
      onFinished(entry, 'skipped', { ...skipped, ...(keeps && { kept: true }) }),
    );
  }
  const skip = earlierSkips.get(movedFrom ?? key);
  const told = skip && skipKind(skip.reason) === 'lasting' ? skippedAs(path, skip) : undefined;
  const stamp = { kind: 'stamp', stamp: { path: key, sizeBytes, modifiedMs, changedMs } } as const;
  if (movedFrom !== undefined) {
    return change([{ kind: 'move', from: movedFrom, to: key }, stamp], () => onFinished(entry, 'moved', told));
  }
  return change([stamp, ...(skip && !told ? [{ kind: 'unskip', path: key } as const] : [])], () =>
    onFinished(entry, 'unchanged', told),
  );
}

export const skippedAs = (path: string, { reason, detail }: SkippedInput): SkippedInSync => ({
  path,
  reason: reason as SkippedFile['reason'],
  detail,
});

/** Paths of documents whose files are gone, by their content. */
function movableDocuments(vanished: readonly StoredFile[]): Map<string, string[]> {
  const movable = new Map<string, string[]>();
  for (const { path, contentHash, indexed } of vanished) {
    if (!indexed) continue;
    const name = contentName(contentHash, path);
    const paths = movable.get(name);
    if (paths) paths.push(path);
    else movable.set(name, [path]);
  }
  return movable;
}

/** The end of a name decides how a file is read. */
const contentName = (contentHash: string, path: string): string => `${contentHash} ${extname(path).toLowerCase()}`;

type Outcome = IngestOutcome | { readonly status: 'unchanged' };

/** Reads up to `ahead` files at once and gives what comes of them in order. */
async function* readAhead(
  files: readonly (readonly [key: string, entry: FileEntry])[],
  read: (key: string, entry: FileEntry) => Promise<Outcome>,
  ahead: number,
): AsyncGenerator<{ key: string; entry: FileEntry; outcome: Outcome }> {
  const pending: Promise<Outcome>[] = [];
  let bytes = 0;
  let next = 0;
  try {
    for (const [key, entry] of files) {
      while (next < files.length && pending.length < ahead) {
        const [nextKey, nextEntry] = files[next]!;
        if (pending.length > 0 && bytes + nextEntry.sizeBytes > READ_AHEAD_BYTES) break;
        const reading = read(nextKey, nextEntry);
        reading.catch(() => {}); // reported when its turn comes
        pending.push(reading);
        bytes += nextEntry.sizeBytes;
        next += 1;
      }
      const outcome = await pending.shift()!;
      bytes -= entry.sizeBytes;
      yield { key, entry, outcome };
    }
  } finally {
    await Promise.allSettled(pending);
  }
}
