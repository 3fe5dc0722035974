/**
 * Aborts end as those of the platform do: with an error named `AbortError`, or with the time limit that fired.
 * @module
 */

/** Of a signal whose reason is no error of an abort. */
class AbortError extends Error {
  readonly code = 'ABORT_ERR';

  constructor(reason: unknown) {
    super('interrupted', { cause: reason });
    this.name = 'AbortError';
  }
}

/** What work that a signal ended rejects with: its reason where this is named `AbortError` or `TimeoutError`. */
export function abortError({ reason }: AbortSignal): Error {
  const isKnown = isAbortError(reason) || (reason instanceof Error && reason.name === 'TimeoutError');
  return isKnown ? (reason as Error) : new AbortError(reason);
}

/** True for what glot, `fetch` and Node reject with after an abort. */
export const isAbortError = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** Throws `abortError` when the signal has fired. Long loops call it once per unit of work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}
