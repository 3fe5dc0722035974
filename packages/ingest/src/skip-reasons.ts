/**
 * Why files are left out, and whether the reason may pass. A passing reason lies outside the file (a full table of open
 * files, a busy machine, a disk that is away): whatever was stored of the file stays, and the next run tries it again.
 * A lasting one lies in the file and holds until the file changes.
 * @module
 */

export type SkipKind = 'passing' | 'lasting';

const KINDS = {
  'unsupported-format': 'lasting',
  binary: 'lasting',
  empty: 'lasting',
  'no-text': 'lasting',
  encrypted: 'lasting',
  malformed: 'lasting',
  'too-large': 'lasting',
  /** Read, but not to its end. */
  partial: 'lasting',
  /** A pipe, a socket, a device. */
  'not-a-file': 'lasting',
  /** A name that is no UTF-8, under which nothing can be opened. */
  'name-encoding': 'lasting',
  timeout: 'passing',
  'out-of-memory': 'passing',
  /** The parser broke down, other than by saying what is wrong with the file. */
  'parser-failed': 'passing',
  unreadable: 'passing',
  vanished: 'passing',
} as const satisfies Record<string, SkipKind>;

export type SkipReason = keyof typeof KINDS;

/** Reasons that this glot does not know, as another version stored them, are looked into again. */
export function skipKind(reason: string): SkipKind {
  return Object.hasOwn(KINDS, reason) ? KINDS[reason as SkipReason] : 'passing';
}

export interface Refusal {
  readonly reason: SkipReason;
  readonly detail: string;
}

const ACCESS = new Set(['EACCES', 'EPERM']);
const GONE = new Set(['ENOENT', 'ENOTDIR']);
const MEMORY = new Set([
  'ENOMEM',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'ERR_WORKER_OUT_OF_MEMORY',
  'ERR_WORKER_INIT_FAILED',
]);
const OPEN_FILES = new Set(['EMFILE', 'ENFILE']);
const TOO_LARGE = new Set(['EFBIG', 'EOVERFLOW', 'ERR_FS_FILE_TOO_LARGE']);

/** What an error of the file system or of memory says about the file at work. */
export function refusalOf(error: unknown): Refusal {
  const code = errorCode(error);
  if (GONE.has(code)) return { reason: 'vanished', detail: 'the file was there a moment ago and is gone' };
  if (MEMORY.has(code) || isAllocationError(error)) {
    return { reason: 'out-of-memory', detail: `too little memory is left to read the file (${code})` };
  }
  if (TOO_LARGE.has(code)) return { reason: 'too-large', detail: `the file is too large for this system (${code})` };
  if (OPEN_FILES.has(code)) return { reason: 'unreadable', detail: `too many files are open already (${code})` };
  if (ACCESS.has(code)) return { reason: 'unreadable', detail: `there is no permission to open the file (${code})` };
  return { reason: 'unreadable', detail: `cannot open the file (${code})` };
}

export const isGone = (error: unknown): boolean => GONE.has(errorCode(error));
export const isDenied = (error: unknown): boolean => ACCESS.has(errorCode(error));

/** `RangeError: Array buffer allocation failed` and its kin. A stack that is too deep is not among them. */
export function isAllocationError(error: unknown): boolean {
  return error instanceof RangeError && /allocation|string length|buffer/i.test(error.message);
}

export function errorCode(error: unknown): string {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return String(error);
}
