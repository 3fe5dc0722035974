/**
 * The one error class of glot. A `code` is stable and names the package and the cause (`index.foreign-encoder`);
 * the message says what happened, where, and what to do next; `details` carries the typed facts.
 * Expected outcomes (nothing found, abstained, a file skipped) are values, never errors.
 */

const MARK = Symbol.for('glot.error');

export interface GlotErrorOptions {
  readonly cause?: unknown;
  /** Facts a caller can act on: paths, sizes, names. JSON values only. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export class GlotError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @example
   * throw new GlotError('index.not-found', `no index at ${path}; run \`glot index FOLDER\` first`, { details: { path } });
   */
  constructor(code: string, message: string, options: GlotErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GlotError';
    this.code = code;
    this.details = options.details ?? {};
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** True for a GlotError of any loaded copy of this package; with `code`, only for that code. */
export function isGlotError(error: unknown, code?: string): error is GlotError {
  if (typeof error !== 'object' || error === null || !(MARK in error)) return false;
  return code === undefined || (error as unknown as GlotError).code === code;
}

/** Throws `aborted` when the signal has fired. Long loops call it once per unit of work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new GlotError('aborted', 'interrupted', { cause: signal.reason });
}
