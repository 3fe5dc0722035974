/**
 * The walk: files and folders as the user names them -> the files below, in a fixed order. Opens no file but ignore
 * files. Links are not followed below a named folder unless asked for; then each real file and folder is met once.
 */
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { FileEntry, SkippedFile } from '../types.js';
import { IgnoreRules, rulesAbove } from './ignore-rules.js';

export interface WalkOptions {
  /** Take files that .gitignore, .ignore and .glotignore leave out. Default false. */
  readonly noIgnore?: boolean;
  /** Take hidden files and folders; `.git`, `.glot` and `node_modules` stay out. Default false. */
  readonly hidden?: boolean;
  /** Follow symbolic links found below a folder, also out of it. Default false; a link named as a path is followed. */
  readonly followLinks?: boolean;
  /** Called with folders that cannot be listed and with names that are no regular file. */
  readonly onSkipped?: (skipped: SkippedFile) => void;
  readonly signal?: AbortSignal;
}

const NEVER_ENTERED = new Set(['.git', '.glot', 'node_modules']);

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
 * when it may not be looked at, `aborted` when the signal fires.
 */
export async function* walkFiles(paths: readonly string[], options: WalkOptions = {}): AsyncGenerator<FileEntry> {
  const roots = await Promise.all(paths.map(async (given) => ({ given, stats: await statRoot(given) })));
  const walk: Walk = { options, seenFiles: new Set(), seenFolders: new Set() };
  for (const { given, stats } of roots) {
    throwIfAborted(options.signal);
    const absolute = path.resolve(given);
    const shown = showPath(given);
    if (stats.isDirectory()) {
      const rules = options.noIgnore ? new IgnoreRules() : await rulesAbove(absolute);
      yield* walkFolder(walk, absolute, shown === '.' ? '' : shown, rules);
    } else if (stats.isFile()) {
      yield* yieldFile(walk, absolute, shown, stats);
    } else {
      options.onSkipped?.({ path: shown, reason: 'unreadable', detail: describeSpecial(stats) });
    }
  }
}

async function statRoot(given: string): Promise<Stats> {
  try {
    return await stat(given);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const details = { path: given };
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new GlotError('ingest.not-found', `no file or folder at ${given}; check the path`, { cause, details });
    }
    throw new GlotError('ingest.unreadable', `cannot look at ${given} (${code}); check its permissions`, {
      cause,
      details,
    });
  }
}

async function* walkFolder(walk: Walk, folder: string, shown: string, above: IgnoreRules): AsyncGenerator<FileEntry> {
  const { options } = walk;
  if (!(await firstVisit(walk, walk.seenFolders, folder))) return;
  let children: Dirent[];
  try {
    children = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT') return;
    options.onSkipped?.({ path: shown || '.', reason: 'unreadable', detail: `cannot list the folder (${code})` });
    return;
  }
  const rules = options.noIgnore ? above : await above.enter(folder);
  for (const { name, child } of sortedByPath(children)) {
    throwIfAborted(options.signal);
    if (name.startsWith('.') && !options.hidden) continue;
    const absolute = path.join(folder, child.name);
    const childShown = shown === '' ? name : path.posix.join(shown, name);
    const stats = await statChild(absolute, child, options.followLinks === true);
    if (stats === undefined) {
      // Names that are no UTF-8 come with replacement characters, under which nothing can be opened.
      if (child.name.includes('\ufffd') && !child.isSymbolicLink())
        options.onSkipped?.({ path: childShown, reason: 'unreadable', detail: 'its name is not UTF-8; rename it' });
      continue;
    }
    if (NEVER_ENTERED.has(name) && stats.isDirectory()) continue;
    if (rules.ignores(absolute, stats.isDirectory())) continue;
    if (stats.isDirectory()) yield* walkFolder(walk, absolute, childShown, rules);
    else if (stats.isFile()) yield* yieldFile(walk, absolute, childShown, stats);
    else options.onSkipped?.({ path: childShown, reason: 'unreadable', detail: describeSpecial(stats) });
  }
}

async function* yieldFile(walk: Walk, absolutePath: string, shown: string, stats: Stats): AsyncGenerator<FileEntry> {
  if (!(await firstVisit(walk, walk.seenFiles, absolutePath))) return;
  yield { path: shown, absolutePath, sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
}

async function firstVisit(walk: Walk, seen: Set<string>, absolute: string): Promise<boolean> {
  const key = walk.options.followLinks ? await realpath(absolute).catch(() => absolute) : absolute;
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** Undefined for links that are not followed, dangling links and files that vanished since the folder was listed. */
async function statChild(absolute: string, child: Dirent, followLinks: boolean): Promise<Stats | undefined> {
  if (child.isSymbolicLink() && !followLinks) return undefined;
  return (followLinks ? stat(absolute) : lstat(absolute)).catch(() => undefined);
}

/** Folders sort as `name/`, so that the whole walk comes out in the order of its paths. */
function sortedByPath(children: readonly Dirent[]): { name: string; child: Dirent }[] {
  const keyed = children.map((child) => {
    const name = child.name.normalize('NFC');
    return { name, child, key: child.isDirectory() ? `${name}/` : name };
  });
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function showPath(given: string): string {
  const slashed = path.sep === '\\' ? given.replaceAll('\\', '/') : given;
  const normal = path.posix.normalize(slashed).normalize('NFC');
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

function describeSpecial(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe, not a regular file';
  if (stats.isSocket()) return 'a socket, not a regular file';
  return 'a device, not a regular file';
}
