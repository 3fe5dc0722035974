/**
 * Takes documents out of an index without reading anything.
 * @module
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { GlotError, throwIfAborted } from '@glot/errors';
import type { DocumentPaths } from '../files/document-path.js';
import { knownRoots } from './roots.js';
import { isWithin } from './sync-removal.js';
import { forgetRoots, type WalkContext } from './sync-walk.js';

export interface ForgetReport {
  readonly documents: number;
  /** Records of files that were left out. */
  readonly skipped: number;
  /** Of what was named: still there, below a root that the next sync reads. */
  readonly readAgain: readonly string[];
}

/** Documents taken out in one transaction. */
const AT_ONCE = 50;

/**
 * @param given files and folders as people see paths, there or not, or ids of texts that were added
 * @throws GlotError `glot.not-indexed`, before anything is changed, where nothing is known of one
 */
export async function forgetPaths(
  given: readonly string[],
  { index, paths }: WalkContext,
  signal?: AbortSignal,
): Promise<ForgetReport> {
  const documents = new Set((await index.list()).map(({ path }) => path));
  const files = new Set((await index.ledger.files()).map(({ path }) => path));
  const roots = knownRoots(await index.ledger.roots(), paths);
  const leaving = new Set<string>();
  const named = given.map((name) => ({ name, spellings: spellingsOf(name) }));
  for (const { name, spellings } of named) {
    const keys = keysBelow(name, spellings, documents, files, paths);
    if (keys.length === 0 && !roots.some(({ absolute }) => spellings.some((one) => isWithin(one, absolute)))) {
      throw notIndexed(name);
    }
    for (const key of keys) leaving.add(key);
  }
  await forgetRoots(
    named.flatMap(({ spellings }) => spellings.map((absolute) => ({ absolute }))),
    { index, paths },
  );
  const all = [...leaving];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    throwIfAborted(signal);
    await index.write(all.slice(at, at + AT_ONCE).map((path) => ({ kind: 'delete', path })));
    await setImmediate();
  }
  await index.optimize(signal ? { signal } : {});
  const standing = knownRoots(await index.ledger.roots(), paths);
  const readAgain = named.filter(
    ({ spellings }) =>
      spellings.some((one) => existsSync(one)) &&
      standing.some(({ absolute }) => spellings.some((one) => isWithin(absolute, one))),
  );
  return {
    documents: all.filter((path) => documents.has(path)).length,
    skipped: all.filter((path) => !documents.has(path)).length,
    readAgain: readAgain.map(({ name }) => name),
  };
}

// Names come back from other programs composed or not.
const spellingsOf = (name: string): string[] => [
  ...new Set([resolve(name), resolve(name.normalize('NFC')), resolve(name.normalize('NFD'))]),
];

function keysBelow(
  name: string,
  spellings: readonly string[],
  documents: ReadonlySet<string>,
  files: ReadonlySet<string>,
  paths: DocumentPaths,
): string[] {
  // Ids of texts are no paths: nothing lies below them.
  const text = documents.has(name) && !files.has(name) ? [name] : [];
  const below = [...files].filter((key) => spellings.some((one) => isWithin(one, paths.toAbsolute(key))));
  return [...text, ...below];
}

const notIndexed = (name: string): GlotError =>
  new GlotError('glot.not-indexed', `nothing of ${name} is in the index, so nothing was changed`, {
    details: { path: name },
  });
