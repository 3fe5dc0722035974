import { GlotError } from '@glot/errors';

/** What a name like `LiquidAI/LFM2-350M-GGUF@main:Q4_0` says. */
export interface ModelName {
  /** owner/name */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** A .gguf file of the repository, by name or by quantization; null where none was named. */
  readonly file: string | null;
}

export const DEFAULT_REVISION = 'main';

const PART = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?$/;
const REVISION = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/**
 * Reads `owner/name`, `owner/name@revision`, `owner/name:file.gguf`, `owner/name@revision:Q4_0`.
 * @throws GlotError `hub.name`
 */
export function parseModelName(name: string): ModelName {
  const [, repo = '', revision = DEFAULT_REVISION, file = null] =
    /^([^@:]*)(?:@([^:]*))?(?::(.*))?$/su.exec(name) ?? [];
  const parts = repo.split('/');
  const sound = parts.length === 2 && parts.every((part) => PART.test(part)) && REVISION.test(revision);
  if (!sound || !isSafeSegments(revision) || (file !== null && !isSafePath(file))) {
    throw new GlotError(
      'hub.name',
      `${JSON.stringify(name)} names no model; write owner/name, owner/name@revision or owner/name:file.gguf`,
      { details: { name } },
    );
  }
  return { repo, revision, file };
}

/** The shortest name that parses to the same. */
export function formatModelName({ repo, revision, file }: ModelName): string {
  return repo + (revision === DEFAULT_REVISION ? '' : `@${revision}`) + (file === null ? '' : `:${file}`);
}

/** Folder of a model below the models folder: two segments, different for different repositories and revisions. */
export function modelSubfolder({ repo, revision }: ModelName): [string, string] {
  const [owner, name] = repo.split('/') as [string, string];
  return [owner, revision === DEFAULT_REVISION ? name : `${name}@${encodeURIComponent(revision)}`];
}

/**
 * Whether a path from outside stays inside the folder it is joined to, on every system: relative, with forward
 * slashes, without `.` and `..`, drives, control characters and endings that Windows drops.
 */
export function isSafePath(path: string): boolean {
  return path.length > 0 && path.length <= 512 && !/[\\:*?"<>|\p{Cc}]/u.test(path) && isSafeSegments(path);
}

/** Whether a path is made to leave the folder it is joined to. */
export function pathEscapes(path: string): boolean {
  return /^[\\/]|^[A-Za-z]:/.test(path) || path.split(/[\\/]/).includes('..');
}

function isSafeSegments(path: string): boolean {
  return path.split('/').every((segment) => segment !== '' && !/^\.{1,2}$|[. ]$/.test(segment));
}
