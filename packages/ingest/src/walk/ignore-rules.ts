/**
 * Ignore files of nested folders, by gitignore's rules: the deepest folder that has an opinion decides, within a
 * folder `.glotignore` overrides `.ignore` overrides `.gitignore`, and a later line overrides an earlier one. Where a
 * repository begins, its `.git/info/exclude` and the excludes of git's user come before these.
 */
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { gitExcludes } from './git-excludes.js';

export const IGNORE_FILES = ['.gitignore', '.ignore', '.glotignore'];

interface Level {
  readonly folder: string;
  readonly rules: Ignore;
}

export class IgnoreRules {
  readonly #levels: readonly Level[];

  constructor(levels: readonly Level[] = []) {
    this.#levels = levels;
  }

  /** These rules and those of the ignore files in `folder`; a file that cannot be read counts as absent. */
  async enter(folder: string): Promise<IgnoreRules> {
    const texts = await Promise.all(
      IGNORE_FILES.map((name) => readFile(path.join(folder, name), 'utf8').catch(() => undefined)),
    );
    return this.#with(folder, [...gitExcludes(folder), ...texts]);
  }

  /** The same, waiting for the disk. */
  enterNow(folder: string): IgnoreRules {
    const texts = IGNORE_FILES.map((name) => {
      try {
        return readFileSync(path.join(folder, name), 'utf8');
      } catch {
        return undefined;
      }
    });
    return this.#with(folder, [...gitExcludes(folder), ...texts]);
  }

  #with(folder: string, texts: readonly (string | undefined)[]): IgnoreRules {
    const present = texts.filter((text) => text !== undefined);
    if (present.length === 0) return this;
    const rules = ignore({ ignorecase: false });
    for (const text of present) rules.add(text.replace(/^\uFEFF/, '').normalize('NFC'));
    return new IgnoreRules([...this.#levels, { folder, rules }]);
  }

  ignores(absolutePath: string, isFolder: boolean): boolean {
    for (let at = this.#levels.length - 1; at >= 0; at--) {
      const level = this.#levels[at]!;
      const relative = path.relative(level.folder, absolutePath).split(path.sep).join('/').normalize('NFC');
      const verdict = level.rules.test(isFolder ? `${relative}/` : relative);
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
    return false;
  }
}

/**
 * The rules in force above `folder`: those of its ancestors up to the root of its git repository, if it is in one.
 * Where they ignore `folder` itself they are dropped, since the caller asked for it by name.
 */
export async function rulesAbove(folder: string): Promise<IgnoreRules> {
  const ancestors: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    if (at !== folder) ancestors.unshift(at);
    if (await exists(path.join(at, '.git'))) break;
    if (path.dirname(at) === at) return new IgnoreRules();
  }
  let rules = new IgnoreRules();
  for (const [depth, ancestor] of ancestors.entries()) {
    rules = await rules.enter(ancestor);
    if (rules.ignores(ancestors[depth + 1] ?? folder, true)) return new IgnoreRules();
  }
  return rules;
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
