/**
 * What git leaves out besides `.gitignore`: the excludes of a repository and those of its user. Read from the files
 * alone, git is never called.
 * @module
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Rules for the folder that a repository begins in, the weakest first; none where it is not the root of one.
 */
export function gitExcludes(folder: string): string[] {
  const place = gitFolder(folder);
  if (place === null) return [];
  return [userExcludes(), read(path.join(place, 'info', 'exclude'))].filter((text) => text !== null);
}

/** Where what all work trees of the repository share lies. */
function gitFolder(folder: string): string | null {
  const git = path.join(folder, '.git');
  if (read(path.join(git, 'HEAD')) !== null) return git;
  const link = /^gitdir: (.+)$/mu.exec(read(git) ?? '')?.[1];
  if (link === undefined) return null;
  const own = path.resolve(folder, link.trim());
  const shared = read(path.join(own, 'commondir'))?.trim();
  return shared === undefined ? own : path.resolve(own, shared);
}

function userExcludes(): string | null {
  const { GIT_CONFIG_GLOBAL, XDG_CONFIG_HOME } = process.env;
  const own = path.join(XDG_CONFIG_HOME || path.join(homedir(), '.config'), 'git');
  const configs =
    GIT_CONFIG_GLOBAL !== undefined
      ? [GIT_CONFIG_GLOBAL]
      : [path.join(homedir(), '.gitconfig'), path.join(own, 'config')];
  for (const file of configs) {
    const named = excludesFile(read(file) ?? '');
    if (named !== null) return named === '' ? null : read(named.replace(/^~(?=\/)/u, homedir()));
  }
  return read(path.join(own, 'ignore'));
}

/** What a configuration says under `core.excludesFile`; null where it says nothing. */
function excludesFile(config: string): string | null {
  let section = '';
  let found: string | null = null;
  for (const line of config.split('\n')) {
    section = /^\s*\[([^\]]*)\]/u.exec(line)?.[1]?.trim().toLowerCase() ?? section;
    const value =
      section === 'core' ? /^(?:\s*\[[^\]]*\])?\s*excludesfile\s*=\s*(.*?)\s*$/iu.exec(line)?.[1] : undefined;
    if (value !== undefined) found = value.replace(/\s[#;].*$/u, '').replace(/^"(.*)"$/u, '$1');
  }
  return found;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
