/**
 * The files and folders that an index is kept in step with: what was named to it once, and how it was walked.
 * @module
 */
import { relative, resolve } from 'node:path';
import type { IndexedRoot } from '@glot/index';
import { walkFilter } from '@glot/ingest';
import type { DocumentPaths } from '../files/document-path.js';
import { isWithin } from './sync-removal.js';
import type { WalkedAs } from './types.js';

export interface Root extends Required<WalkedAs> {
  /** As the user names it. */
  readonly given: string;
  readonly absolute: string;
}

export function namedRoots(given: readonly string[], walkedAs: WalkedAs): Root[] {
  const { hidden = false, followLinks = false, noIgnore = false } = walkedAs;
  return given.map((name) => ({ given: name, absolute: resolve(name), hidden, followLinks, noIgnore }));
}

export function knownRoots(roots: readonly IndexedRoot[], paths: DocumentPaths): Root[] {
  return roots.map(({ path, ...walkedAs }) => {
    const absolute = paths.toAbsolute(path);
    const given = relative(process.cwd(), absolute) === '' ? '.' : paths.toDisplay(path);
    return { given, absolute: resolve(absolute), ...walkedAs };
  });
}

export function indexedRoot({ absolute, hidden, followLinks, noIgnore }: Root, paths: DocumentPaths): IndexedRoot {
  return { path: paths.toRootKey(absolute), hidden, followLinks, noIgnore };
}

/** The known roots once these are known as well: none that a walk of another one comes by in the same way. */
export async function rootsWith(known: readonly Root[], added: readonly Root[]): Promise<Root[]> {
  const others = known.filter(({ absolute }) => !added.some((root) => root.absolute === absolute));
  const all = [
    ...others,
    ...added.filter(({ absolute }, at) => added.findIndex((root) => root.absolute === absolute) === at),
  ];
  const kept: Root[] = [];
  for (const root of all) if (!(await isCovered(root, all))) kept.push(root);
  return kept;
}

async function isCovered(root: Root, all: readonly Root[]): Promise<boolean> {
  for (const other of all) {
    if (other === root || !isWithin(other.absolute, root.absolute) || !isWalkedAlike(other, root)) continue;
    const filter = await walkFilter([{ path: other.absolute, hidden: other.hidden, noIgnore: other.noIgnore }]);
    if (!filter.leavesOut(root.absolute, false) && !filter.leavesOut(root.absolute, true)) return true;
  }
  return false;
}

const isWalkedAlike = (one: Root, other: Root): boolean =>
  one.hidden === other.hidden && one.followLinks === other.followLinks && one.noIgnore === other.noIgnore;
