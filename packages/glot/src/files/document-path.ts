import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';

/**
 * How the index names documents. A document below the index's own folder is stored relative to it, so that a project
 * can be moved with its index; any other by its absolute path. Forward slashes; names as they are on disk, be they composed or not. Two spellings of
 * one file (`docs/a.md`, `./docs/../docs/a.md`) are one key.
 */
export interface DocumentPaths {
  /** The stored key of a file. */
  toKey(absolutePath: string): string;
  /** The stored key of a file or folder that documents lie in; of what keys are relative to it is `.`. */
  toRootKey(absolutePath: string): string;
  /** Where the document of a key lies. */
  toAbsolute(key: string): string;
  /** What people see: relative to the working folder where the document lies below it, else absolute. */
  toDisplay(key: string, workingFolder?: string): string;
  /**
   * Globs over keys for one that is meant as people see paths: relative to the working folder, absolute, or as a key. One
   * that names a folder means all below it. Without a separator, it is a glob over the last name as well.
   */
  toKeyGlobs(glob: string, workingFolder?: string): string[];
  /** True for the index file and what lies beside it under its name: log, lock, ... These are never documents. */
  isOfIndex(path: string): boolean;
}

/**
 * @param indexFile the index file; the base folder is the one it lies in, or that folder's parent if it is named `.glot`.
 * @example
 * const paths = documentPaths('/home/me/project/.glot/index.db');
 * paths.toKey('/home/me/project/docs/入門.md'); // 'docs/入門.md'
 */
export function documentPaths(indexFile: string): DocumentPaths {
  const index = resolve(indexFile);
  const folder = dirname(index);
  const base = folder.endsWith(`${sep}.glot`) ? dirname(folder) : folder;
  return {
    isOfIndex: (path) => /^(?:[-.]\w+)?$/.test(rest(index, resolve(path)) ?? '?'),
    toKey: (absolutePath) => portable(below(base, absolutePath) ?? absolutePath),
    toRootKey: (absolutePath) => (absolutePath === base ? '.' : portable(below(base, absolutePath) ?? absolutePath)),
    toAbsolute: (key) => (isAbsolute(key) ? key : portable(join(base, key))),
    toDisplay(key, workingFolder = process.cwd()) {
      const absolute = isAbsolute(key) ? key : join(base, key);
      return portable(below(workingFolder, absolute) ?? absolute);
    },
    toKeyGlobs(glob, workingFolder = process.cwd()) {
      const pattern = glob.replaceAll('\\', '/').replace(/\/+$/u, '');
      const absolute = pattern.startsWith('/') || isAbsolute(pattern);
      const seen = posix.normalize(absolute ? pattern : `${literal(portable(workingFolder))}/${pattern}`);
      const bases = [portable(base), literal(portable(base))].map((one) => `${one.replace(/\/$/u, '')}/`);
      const start = bases.find((one) => seen.startsWith(one)) ?? '';
      const globs = [seen.slice(start.length), ...(absolute ? [] : [posix.normalize(pattern)])];
      // Absolute, it may begin with what no key has.
      if (pattern.startsWith('/**/')) globs.push(pattern.slice(1));
      // As it is printed, a path with brackets is no glob.
      return [...new Set(globs.flatMap((one) => [one, literal(one), `${one}/**`, `${literal(one)}/**`]))];
    },
  };
}

/** `path` relative to `folder` if it lies below it, else null. */
function below(folder: string, path: string): string | null {
  const rest = relative(folder, path);
  return rest === '' || rest.startsWith(`..${sep}`) || rest === '..' || isAbsolute(rest) ? null : rest;
}

/** What `path` has beyond `start`; null where it does not begin with it. */
function rest(start: string, path: string): string | null {
  return path.startsWith(start) ? path.slice(start.length) : null;
}

/** A glob that matches this path alone. */
function literal(path: string): string {
  return path.replace(/[*?[{}]/g, '[$&]');
}

function portable(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
