import { once } from 'node:events';
import { basename, relative, resolve, sep } from 'node:path';
import { GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import { watch } from 'chokidar';
import type { SyncReport } from './types.js';

/** A sync starts once nothing has changed for so long, */
const QUIET_MS = 300;
/** or where something changes all the time, after so long. */
const LONGEST_WAIT_MS = 3_000;

export interface WatchSource {
  readonly roots: readonly string[];
  /** Files whose changes are no news: those of the index. */
  readonly isOfIndex: (path: string) => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Syncs once, then after every change below the roots, and yields what each sync did. What changes during a sync is
 * seen by the next. Ends by throwing only: `aborted`, or whatever a sync throws. A root that is gone for the moment
 * (editors replace files) is waited for.
 * @throws GlotError `glot.watch` where the system cannot watch
 */
export async function* syncOnChange(
  { roots, isOfIndex, signal }: WatchSource,
  sync: () => Promise<SyncReport>,
): AsyncGenerator<SyncReport, never> {
  throwIfAborted(signal);
  let changedAt = 0;
  let firstChangeAt = 0;
  let failure: GlotError | undefined;
  let wake = () => {};
  const watcher = watch([...roots], {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => isOfIndex(path) || isHiddenBelow(path, roots),
  });
  watcher.on('all', () => {
    changedAt = performance.now();
    firstChangeAt ||= changedAt;
    wake();
  });
  watcher.on('error', (cause) => {
    failure ??= cannotWatch(cause);
    wake();
  });
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  /** Until a change, a failure or the signal, or for `ms`. */
  const pause = (ms?: number) =>
    new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  try {
    await Promise.race([once(watcher, 'ready'), pause()]);
    let isFirst = true;
    for (;;) {
      throwIfAborted(signal);
      if (failure) throw failure;
      const now = performance.now();
      const isDue = firstChangeAt > 0 && (now - changedAt >= QUIET_MS || now - firstChangeAt >= LONGEST_WAIT_MS);
      if (!isFirst && !isDue) {
        await pause(firstChangeAt > 0 ? QUIET_MS : undefined);
        continue;
      }
      firstChangeAt = 0;
      const report = await sync().catch((error: unknown) => {
        if (isFirst || !isGlotError(error, 'ingest.not-found')) throw error;
      });
      isFirst = false;
      if (report) yield report;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await watcher.close();
  }
}

/** Hidden files and folders and `node_modules` below a root: a sync does not look at them either. */
function isHiddenBelow(path: string, roots: readonly string[]): boolean {
  const name = basename(path);
  if (!name.startsWith('.') && name !== 'node_modules') return false;
  return !roots.some((root) =>
    relative(resolve(root), resolve(path))
      .split(sep)
      .every((part) => part === ''),
  );
}

function cannotWatch(cause: unknown): GlotError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isLimit = code === 'ENOSPC' || code === 'EMFILE';
  const advice = isLimit
    ? 'the system watches too many files already; raise fs.inotify.max_user_watches or set CHOKIDAR_USEPOLLING=1'
    : message;
  return new GlotError('glot.watch', `cannot watch for changes: ${advice}`, { cause });
}
