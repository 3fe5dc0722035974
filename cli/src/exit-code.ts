import { isAbortError } from '@glot/errors';

/** grep's convention: scripts can tell "nothing found" from "went wrong". */
export const ExitCode = {
  found: 0,
  nothingFound: 1,
  error: 2,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export function exitCodeOf(error: unknown): ExitCode {
  return isAbortError(error) ? ExitCode.interrupted : ExitCode.error;
}
