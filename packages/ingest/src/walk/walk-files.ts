/**
 * The walk: files and folders as the user names them -> the files below, in a fixed order. Opens no file but ignore
 * files. Links are not followed below a named folder unless asked for; then each real file and folder is met once.
 */
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GlotError, throwIfAborted } from '@glot/errors';
import { errorCode, isDenied, isGone, type Refusal } from '../skip-reasons.js';
import type { FileEntry, SkippedFile } from '../types.js';
import { IgnoreRules, rulesAbove } from './ignore-rules.js';

export interface WalkOptions {
  /** Take files that .gitignore, .ignore and .glotignore leave out. Default false. */
  readonly noIgnore?: boolean | undefined;
  /** Take hidden files and folders; `.git`, `.glot` and `node_modules` stay out. Default false. */
  readonly hidden?: boolean | undefined;
  /** Follow symbolic links found below a folder, also out of it. Default false; a link named as a path is followed. */
  readonly followLinks?: boolean | undefined;
  /** Called with folders and files that cannot be looked at, and with names that are no regular file. */
  readonly onSkipped?: ((skipped: WalkSkip) => void) | undefined;
  /** Called, before the first file, with a named path that does not exist; without it that is an error. */
  readonly onMissing?: ((given: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What lies below a path that was skipped for a passing reason was not looked at. */
export interface WalkSkip extends SkippedFile {
  readonly absolutePath: string;
}

export const NEVER_ENTERED = new Set(['.git', '.glot', 'node_modules']);

interface Walk {
  readonly options: WalkOptions;
  /** Absolute paths already yielded; real paths where links are followed. */
  readonly seenFiles: Set<string>;
  readonly seenFolders: Set<string>;
}

/**
 * Files below `paths`, each once, the order of `paths` kept and below each sorted by path.
 * A file named in `paths` is always yielded, whatever the ignore files say.
 * @throws GlotError `ingest.not-found` before the first file when one of `paths` does not exist, `ingest.unreadable`
 * when it may not be looked at, `AbortError` when the signal fires.
 */
export async function* walkFiles(paths: readonly string[], options: WalkOptions = {}): AsyncGenerator<FileEntry> {
  const roots = await Promise.all(paths.map(async (given) => ({ given, stats: await statRoot(given, options) })));
  const walk: Walk = { options, seenFiles: new Set(), seenFolders: new Set() };
  for (const { given, stats } of roots) {
    throwIfAborted(options.signal);
    if (stats === undefined) continue;
    const absolute = path.resolve(given);
    const shown = showPath(given);
    if (stats.isDirectory()) {
      const rules = options.noIgnore ? new IgnoreRules() : await rulesAbove(absolute);
      yield* walkFolder(walk, absolute, shown === '.' ? '' : shown, rules);
    } else if (stats.isFile()) {
      yield* yieldFile(walk, absolute, shown, stats);
    } else {
      tellSkipped(walk, absolute, shown, { reason: 'not-a-file', detail: describeSpecial(stats) });
    }
  }
}

async function statRoot(given: string, { onMissing }: WalkOptions): Promise<Stats | undefined> {
  try {
    return await stat(given);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const details = { path: given };
    if (isGone(cause)) {
      if (onMissing) return onMissing(given) as undefined;
      throw new GlotError('ingest.not-found', `no file or folder at ${given}; check the path`, { cause, details });
    }
    throw new GlotError('ingest.unreadable', `cannot look at ${given} (${code}); check its permissions`, {
      cause,
      details,
    });
  }
}

/** A folder on the way down, with what is left of it. */
interface Level {
  readonly folder: string;
  readonly shown: string;
  readonly rules: IgnoreRules;
  readonly children: Iterator<Dirent>;
}

/** Without recursion: folders may be nested by the thousand. */
async function* walkFolder(walk: Walk, folder: string, shown: string, above: IgnoreRules): AsyncGenerator<FileEntry> {
  const { options } = walk;
  const top = await openFolder(walk, folder, shown, above);
  const levels = top === undefined ? [] : [top];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    throwIfAborted(options.signal);
    const { done, value: child } = level.children.next();
    if (done) {
      levels.pop();
      continue;
    }
    const { name } = child;
    if (name.startsWith('.') && !options.hidden) continue;
    const absolute = path.join(level.folder, name);
    const childShown = level.shown === '' ? name : path.posix.join(level.shown, name);
    const stats = await statChild(absolute, child, options.followLinks === true);
    if (stats === undefined) continue;
    if (stats instanceof Error) {
      // Who may list a folder but not enter it sees all the names, and may look at none of the files.
      if (isDenied(stats)) {
        tellSkipped(walk, level.folder, level.shown, {
          reason: 'unreadable',
          detail: `the folder can be listed, but its files cannot be looked at (${errorCode(stats)})`,
        });
        levels.pop();
      } else if (!isGone(stats)) {
        tellSkipped(walk, absolute, childShown, {
          reason: 'unreadable',
          detail: `cannot be looked at (${errorCode(stats)})`,
        });
      } else if (name.includes('\ufffd')) {
        // Names that are no UTF-8 come with replacement characters, under which nothing can be opened.
        tellSkipped(walk, absolute, childShown, {
          reason: 'name-encoding',
          detail: 'its name is not UTF-8; rename it',
        });
      }
      continue;
    }
    if (NEVER_ENTERED.has(name) && stats.isDirectory()) continue;
    if (level.rules.ignores(absolute, stats.isDirectory())) continue;
    if (stats.isDirectory()) {
      const below = await openFolder(walk, absolute, childShown, level.rules);
      if (below !== undefined) levels.push(below);
    } else if (stats.isFile()) {
      yield* yieldFile(walk, absolute, childShown, stats);
    } else {
      tellSkipped(walk, absolute, childShown, { reason: 'not-a-file', detail: describeSpecial(stats) });
    }
  }
}

/** Undefined for a folder that was met before, is gone or cannot be listed. */
async function openFolder(walk: Walk, folder: string, shown: string, above: IgnoreRules): Promise<Level | undefined> {
  if (!(await firstVisit(walk, walk.seenFolders, folder))) return undefined;
  let children: Dirent[];
  try {
    children = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (!isGone(error)) {
      tellSkipped(walk, folder, shown, {
        reason: 'unreadable',
        detail: `cannot list the folder (${errorCode(error)})`,
      });
    }
    return undefined;
  }
  const rules = walk.options.noIgnore ? above : await above.enter(folder);
  return { folder, shown, rules, children: sortedByPath(children).values() };
}

function tellSkipped(walk: Walk, absolutePath: string, shown: string, refusal: Refusal): void {
  walk.options.onSkipped?.({ path: shown || '.', absolutePath, ...refusal });
}

async function* yieldFile(walk: Walk, absolutePath: string, shown: string, stats: Stats): AsyncGenerator<FileEntry> {
  if (!(await firstVisit(walk, walk.seenFiles, absolutePath))) return;
  const { size, mtimeMs, ctimeMs } = stats;
  yield { path: shown, absolutePath, sizeBytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs };
}

async function firstVisit(walk: Walk, seen: Set<string>, absolute: string): Promise<boolean> {
  const key = walk.options.followLinks ? await realpath(absolute).catch(() => absolute) : absolute;
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** Undefined for links that are not followed or lead nowhere; else what it is, or why that cannot be told. */
async function statChild(absolute: string, child: Dirent, followLinks: boolean): Promise<Stats | Error | undefined> {
  if (child.isSymbolicLink() && !followLinks) return undefined;
  try {
    return await (followLinks ? stat(absolute) : lstat(absolute));
  } catch (error) {
    return child.isSymbolicLink() && isGone(error) ? undefined : (error as Error);
  }
}

/** Folders sort as `name/`, so that the whole walk comes out in the order of its paths. */
function sortedByPath(children: readonly Dirent[]): Dirent[] {
  const keyed = children.map((child) => ({ child, key: child.isDirectory() ? `${child.name}/` : child.name }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ child }) => child);
}

function showPath(given: string): string {
  const slashed = path.sep === '\\' ? given.replaceAll('\\', '/') : given;
  const normal = path.posix.normalize(slashed);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

function describeSpecial(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe, not a regular file';
  if (stats.isSocket()) return 'a socket, not a regular file';
  return 'a device, not a regular file';
}
