import { once } from 'node:events';
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import { walkFilter } from '@glot/ingest';
import { type FSWatcher, watch } from 'chokidar';
import { isWithin } from './sync-removal.js';
import type { SyncReport, WalkedAs } from './types.js';

/** A sync starts once nothing has changed for so long, */
const QUIET_MS = 300;
/** or where something changes all the time, after so long. */
const LONGEST_WAIT_MS = 3_000;

/** Roots that go and come again are noticed after so long. */
const ROOTS_CHECK_MS = 1_000;

export interface WatchedRoot extends WalkedAs {
  readonly absolute: string;
}

export interface WatchSource {
  readonly roots: readonly WatchedRoot[];
  /** Files whose changes are no news: those of the index. */
  readonly isOfIndex: (path: string) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Syncs once, then after every change below the roots, and yields what each sync did. What changes during a sync is
 * seen by the next. Ends by throwing only: `AbortError`, or whatever a sync throws. A root that is gone is waited for. What
 * a sync leaves out is not watched.
 * @throws GlotError `glot.watch` where the system cannot watch
 */
export async function* syncOnChange(
  source: WatchSource,
  sync: () => Promise<SyncReport>,
): AsyncGenerator<SyncReport, never> {
  const { signal } = source;
  const roots = source.roots.map(({ absolute }) => absolute);
  throwIfAborted(signal);
  let changedAt = 0;
  let firstChangeAt = 0;
  let failure: GlotError | undefined;
  let isStale = false;
  let wake = () => {};
  const onChange = () => {
    changedAt = performance.now();
    firstChangeAt ||= changedAt;
    wake();
  };
  const onFailure = (cause: unknown) => {
    failure ??= cannotWatch(cause);
    wake();
  };
  const onStale = () => {
    isStale = true;
  };
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort);
  /** Until a change, a failure or the signal, or for `ms`. */
  const pause = (ms?: number) =>
    new Promise<void>((done) => {
      const timer = ms === undefined ? undefined : setTimeout(done, ms);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  let places = placesOf(roots);
  let watcher = await startWatcher(source, { onChange, onStale, onFailure });
  try {
    await Promise.race([once(watcher, 'ready'), pause()]);
    let isFirst = true;
    for (;;) {
      throwIfAborted(signal);
      if (failure) throw failure;
      const placesNow = placesOf(roots);
      if (placesNow !== places || isStale) {
        // A watcher follows the folder that it was given, also when that is gone and another takes its place.
        places = placesNow;
        isStale = false;
        await close(watcher);
        watcher = await startWatcher(source, { onChange, onStale, onFailure });
        await Promise.race([once(watcher, 'ready'), pause()]);
        onChange();
        continue;
      }
      const now = performance.now();
      const isDue = firstChangeAt > 0 && (now - changedAt >= QUIET_MS || now - firstChangeAt >= LONGEST_WAIT_MS);
      if (!isFirst && !isDue) {
        await pause(firstChangeAt > 0 ? QUIET_MS : ROOTS_CHECK_MS);
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
    await close(watcher);
  }
}

interface Listeners {
  readonly onChange: () => void;
  /** A root is gone, or other files may be left out now: the watcher looks at the wrong places. */
  readonly onStale: () => void;
  readonly onFailure: (cause: unknown) => void;
}

async function startWatcher(
  { roots, isOfIndex }: WatchSource,
  { onChange, onStale, onFailure }: Listeners,
): Promise<FSWatcher> {
  const places = new Set(roots.map(({ absolute }) => absolute));
  const filter = await walkFilter(roots.map(({ absolute: path, ...walkedAs }) => ({ path, ...walkedAs })));
  const followsLinks = roots.some(({ followLinks }) => followLinks);
  const isMetElsewhere = followsLinks ? metElsewhere([...places]) : () => false;
  const watcher = watch([...places], {
    ignoreInitial: true,
    followSymlinks: followsLinks,
    // Asked once by the name alone, and again when it is known what stands there.
    ignored: (path, stats) =>
      isOfIndex(path) || filter.leavesOut(path, stats?.isDirectory() ?? false) || isMetElsewhere(path),
  });
  watcher.on('all', (event, path) => {
    if (filter.isRule(path) || (event === 'unlinkDir' && places.has(resolve(path)))) onStale();
    onChange();
  });
  watcher.on('error', onFailure);
  return watcher;
}

/** Whether a path leads to what is watched under another one: links may go round in circles. */
function metElsewhere(roots: readonly string[]): (path: string) => boolean {
  const met = new Map<string, string>();
  const realRoots = roots.map((root) => realOf(root) ?? root);
  return (path) => {
    const real = realOf(path);
    if (real === null) return false;
    const first = met.get(real) ?? path;
    met.set(real, first);
    if (first !== path) return true;
    return (
      real !== path &&
      !roots.includes(path) &&
      realRoots.some((root, at) => {
        return isWithin(root, real) && !isWithin(roots[at]!, path);
      })
    );
  };
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** What fails while it closes is of no interest. */
async function close(watcher: FSWatcher): Promise<void> {
  const closing = watcher.close();
  watcher.on('error', () => {});
  await closing;
}

/** What stands at the roots: other folders of the same names are other places. */
function placesOf(roots: readonly string[]): string {
  const places = roots.map((root) => {
    try {
      // A folder made right after another was removed may get its number.
      const { dev, ino, birthtimeNs } = statSync(root, { bigint: true });
      return `${dev}:${ino}:${birthtimeNs}`;
    } catch {
      return '-';
    }
  });
  return places.join(' ');
}

function cannotWatch(cause: unknown): GlotError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const isLimit = code === 'ENOSPC' || code === 'EMFILE';
  const advice = isLimit
    ? 'the system watches too many files already; raise fs.inotify.max_user_watches or set CHOKIDAR_USEPOLLING=1'
    : message;
  return new GlotError('glot.watch', `cannot watch for changes: ${advice}`, { cause });
}
