import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The index of a project, from its folder. */
export const DEFAULT_INDEX = './.glot/index.db';

/**
 * The index of the working folder, else of the nearest folder above that has one, as git finds a repository. Neither the
 * user's own folder nor the root of the file system is looked into from below: an index there is of everything.
 */
export function nearestIndex(workingFolder: string = process.cwd()): string {
  const top = homedir();
  for (let folder = workingFolder; ; folder = dirname(folder)) {
    const isAbove = folder !== workingFolder;
    if (isAbove && (folder === top || folder === dirname(folder))) return DEFAULT_INDEX;
    const file = join(folder, DEFAULT_INDEX);
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) {
      return isAbove ? join(relative(workingFolder, folder), DEFAULT_INDEX) : DEFAULT_INDEX;
    }
    if (folder === dirname(folder)) return DEFAULT_INDEX;
  }
}
