/** What a sync may take out of the index: what is gone, never what could not be looked at. */
import { lstat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { StoredFile } from '@glot/index';
import { type FileEntry, isGone } from '@glot/ingest';
import type { DocumentPaths } from '../files/document-path.js';

/** Up to this many documents a sync takes out without being asked whether that is meant. */
const FEW_DOCUMENTS = 20;

export interface Vanished {
  /** Of what is stored: no longer found below the roots, and nothing stands in the way of saying so. */
  readonly files: readonly StoredFile[];
  /** Could not be looked at: what is stored of them stays. */
  readonly unsure: readonly { readonly absolutePath: string; readonly code: string }[];
}

/**
 * @param unseen folders and files that the walk could not look at
 * @param found keys that the walk came by
 */
export async function findVanished(
  roots: readonly string[],
  stored: ReadonlyMap<string, StoredFile>,
  found: ReadonlySet<string>,
  unseen: readonly string[],
  paths: DocumentPaths,
): Promise<Vanished> {
  const folders = roots.map((root) => resolve(root));
  const files: StoredFile[] = [];
  const unsure: { absolutePath: string; code: string }[] = [];
  for (const [key, file] of stored) {
    if (found.has(key)) continue;
    const absolute = paths.toAbsolute(key);
    const exactly = folders.some((folder) => isWithin(folder, absolute));
    if (!exactly && !folders.some((folder) => isWithin(folder.normalize('NFC'), absolute.normalize('NFC')))) continue;
    if (unseen.some((path) => isWithin(path, absolute))) continue;
    const state = await stateOf(absolute);
    if (state === 'gone') files.push(file);
    // It is there, but left out: by ignore rules, say. Under another spelling of the root it is another root's.
    else if (state === 'there' && exactly) files.push(file);
    else if (state !== 'there') unsure.push({ absolutePath: absolute, code: state });
  }
  return { files, unsure };
}

/** `gone`, `there`, or the code of the error that leaves it open. */
async function stateOf(absolute: string): Promise<string> {
  try {
    await lstat(absolute);
    return 'there';
  } catch (error) {
    return isGone(error) ? 'gone' : ((error as NodeJS.ErrnoException).code ?? String(error));
  }
}

/**
 * Whether so much would go that a disk that is not there, or a wrong rule, is the likelier cause: more than half of the
 * documents, or all below a named folder that stands empty. Few documents go without a question.
 * @param roots those that exist
 */
export function isTooMuch(
  removed: readonly StoredFile[],
  stored: ReadonlyMap<string, StoredFile>,
  found: ReadonlyMap<string, FileEntry>,
  roots: readonly string[],
  paths: DocumentPaths,
): boolean {
  if (removed.length <= FEW_DOCUMENTS / 2) return false;
  let documents = 0;
  for (const { indexed } of stored.values()) if (indexed) documents++;
  if (documents > FEW_DOCUMENTS && removed.length > documents / 2) return true;
  return roots.some((root) => {
    const folder = resolve(root);
    const below = removed.filter(({ path }) => isWithin(folder, paths.toAbsolute(path)));
    if (below.length <= FEW_DOCUMENTS) return false;
    for (const { absolutePath } of found.values()) if (isWithin(folder, absolutePath)) return false;
    return true;
  });
}

export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
