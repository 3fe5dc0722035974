/**
 * What a sync finds below the roots that were named, or that the index knows.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { GlotError } from '@glot/errors';
import type { IndexChange, MultivectorIndex, StoredFile } from '@glot/index';
import { type FileEntry, type WalkSkip, walkFiles } from '@glot/ingest';
import type { DocumentPaths } from '../files/document-path.js';
import { indexedRoot, knownRoots, namedRoots, type Root, rootsWith } from './roots.js';
import { isWithin } from './sync-removal.js';
import type { SyncOptions } from './types.js';

export interface WalkContext {
  readonly index: MultivectorIndex;
  readonly paths: DocumentPaths;
}

export interface Walked {
  /** Whose files are brought in step, as they were given. */
  readonly roots: readonly string[];
  /** By key. */
  readonly found: ReadonlyMap<string, FileEntry>;
  readonly notRead: readonly WalkSkip[];
  /** Of `roots`, those that no longer exist. */
  readonly gone: readonly string[];
  readonly goneRoots: readonly Root[];
  /** Known roots that are not there, though nobody named them: a disk may not be mounted. */
  readonly absent: readonly string[];
  /** Lets the index remember the roots. */
  readonly remembered: readonly IndexChange[];
}

/**
 * @param named null: all roots that the index knows
 * @throws GlotError `ingest.not-found` for a missing path of which nothing is known, `glot.no-roots`
 */
export async function walkRoots(
  named: readonly string[] | null,
  stored: ReadonlyMap<string, StoredFile>,
  { index, paths }: WalkContext,
  options: SyncOptions,
  onFile: (entry: FileEntry, files: number) => void,
): Promise<Walked> {
  const known = knownRoots(await index.ledger.roots(), paths);
  const roots = named === null ? known : namedRoots(named, options);
  if (named === null && roots.length === 0) throw noRoots();
  const found = new Map<string, FileEntry>();
  const notRead: WalkSkip[] = [];
  const missing: Root[] = [];
  const isKnown = (root: Root) =>
    known.some(({ absolute }) => isWithin(root.absolute, absolute)) ||
    [...stored.keys()].some((key) => isWithin(root.absolute, paths.toAbsolute(key)));
  for (const some of alike(roots)) {
    const { hidden, followLinks, noIgnore } = some[0]!;
    const files = walkFiles(
      some.map(({ given }) => given),
      {
        ...{ hidden, followLinks, noIgnore },
        onSkipped: (skip) => notRead.push(skip),
        onMissing(given) {
          const root = some.find((one) => one.given === given)!;
          if (!isKnown(root)) throw notFound(given);
          missing.push(root);
        },
        ...(options.signal && { signal: options.signal }),
      },
    );
    for await (const entry of files) {
      if (paths.isOfIndex(entry.absolutePath)) continue;
      found.set(paths.toKey(entry.absolutePath), entry);
      onFile(entry, found.size);
    }
  }
  const standing = roots.filter((root) => !missing.includes(root));
  const isUnderStanding = ({ absolute }: Root) => standing.some((root) => isWithin(root.absolute, absolute));
  const absent = named === null ? missing.filter((root) => !isUnderStanding(root)) : [];
  const goneRoots = missing.filter((root) => !absent.includes(root));
  const change = rootsChange(await rootsWith(known, standing), paths);
  return {
    roots: [...standing, ...goneRoots].map(({ given }) => given),
    found,
    notRead,
    gone: goneRoots.map(({ given }) => given),
    goneRoots,
    absent: absent.map(({ given }) => given),
    remembered: isDeepStrictEqual(change, rootsChange(known, paths)) ? [] : [change],
  };
}

/** Takes these roots, and those below them, off the list. @returns how many there were */
export async function forgetRoots(
  roots: readonly Pick<Root, 'absolute'>[],
  { index, paths }: WalkContext,
): Promise<number> {
  if (roots.length === 0) return 0;
  const known = knownRoots(await index.ledger.roots(), paths);
  const kept = known.filter(({ absolute }) => !roots.some((root) => isWithin(root.absolute, absolute)));
  if (kept.length < known.length) await index.ledger.write([rootsChange(kept, paths)]);
  return known.length - kept.length;
}

/** Roots that are walked in the same way, in their order. */
function alike(roots: readonly Root[]): Root[][] {
  const groups = new Map<string, Root[]>();
  for (const root of roots) {
    const key = `${root.hidden} ${root.followLinks} ${root.noIgnore}`;
    const group = groups.get(key);
    if (group) group.push(root);
    else groups.set(key, [root]);
  }
  return [...groups.values()];
}

const rootsChange = (roots: readonly Root[], paths: DocumentPaths) => ({
  kind: 'roots' as const,
  roots: roots.map((root) => indexedRoot(root, paths)),
});

const noRoots = (): GlotError =>
  new GlotError('glot.no-roots', 'the index does not know yet which files and folders it is of');

const notFound = (given: string): GlotError =>
  new GlotError('ingest.not-found', `no file or folder at ${given}, and nothing of it is indexed; check the path`, {
    details: { path: given },
  });
