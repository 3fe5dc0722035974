/** Which paths a walk comes by, asked for one path at a time: what a watcher has to look at. */
import path from 'node:path';
import { IGNORE_FILES, IgnoreRules, rulesAbove } from './ignore-rules.js';
import { NEVER_ENTERED, type WalkOptions } from './walk-files.js';

export interface WalkFilter {
  /** Whether a walk of the roots leaves a path out; of one that is said to be no folder, rules for folders alone are not asked. */
  leavesOut(path: string, isFolder: boolean): boolean;
  /** Whether a change of the path changes what is left out. */
  isRule(path: string): boolean;
}

interface Root {
  readonly folder: string;
  readonly rules: IgnoreRules;
  readonly noIgnore: boolean;
  readonly hidden: boolean;
}

/** Reads ignore files when it first needs them: where one changes, a new filter is due. */
export async function walkFilter(
  roots: readonly (Pick<WalkOptions, 'noIgnore' | 'hidden'> & { readonly path: string })[],
): Promise<WalkFilter> {
  const known: Root[] = [];
  for (const { path: given, noIgnore = false, hidden = false } of roots) {
    const folder = path.resolve(given);
    known.push({ folder, noIgnore, hidden, rules: noIgnore ? new IgnoreRules() : await rulesAbove(folder) });
  }
  // The longest that a path lies in decides.
  known.sort((a, b) => b.folder.length - a.folder.length);
  const entered = new Map<string, IgnoreRules | null>();

  /** Rules inside of a folder; null where no walk enters it. */
  const rulesIn = (folder: string, root: Root): IgnoreRules | null => {
    const cached = entered.get(folder);
    if (cached !== undefined) return cached;
    const above = folder === root.folder ? root.rules : rulesIn(path.dirname(folder), root);
    const isOpen = above !== null && (folder === root.folder || !isLeftOut(folder, true, above, root.hidden));
    const rules = !isOpen ? null : root.noIgnore ? above : above.enterNow(folder);
    entered.set(folder, rules);
    return rules;
  };

  return {
    leavesOut(file, isFolder) {
      const absolute = path.resolve(file);
      const root = known.find(({ folder }) => absolute === folder || absolute.startsWith(`${folder}${path.sep}`));
      if (root === undefined || absolute === root.folder) return false;
      const rules = rulesIn(path.dirname(absolute), root);
      if (rules === null) return true;
      return !IGNORE_FILES.includes(path.basename(absolute)) && isLeftOut(absolute, isFolder, rules, root.hidden);
    },
    isRule: (file) => known.some(({ noIgnore }) => !noIgnore) && IGNORE_FILES.includes(path.basename(file)),
  };
}

function isLeftOut(absolute: string, isFolder: boolean, rules: IgnoreRules, hidden: boolean): boolean {
  const name = path.basename(absolute);
  return (
    (name.startsWith('.') && !hidden) || (isFolder && NEVER_ENTERED.has(name)) || rules.ignores(absolute, isFolder)
  );
}
