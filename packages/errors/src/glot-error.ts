/**
 * The one error class of glot. A `code` is stable and names the package and the cause (`index.foreign-encoder`);
 * the message says what happened and where; `details` carries the facts, typed by the code. What to do next is for the
 * surface to say, which knows how it is asked for.
 * Expected outcomes (nothing found, abstained, a file skipped) are values, never errors.
 * @module
 */
import type { GlotErrorCode, GlotErrorDetails } from './error-codes.js';

const MARK = Symbol.for('glot.error');

export interface GlotErrorOptions<Code extends GlotErrorCode = GlotErrorCode> {
  readonly cause?: unknown | undefined;
  /** Facts a caller can act on: paths, sizes, names. JSON values only. */
  readonly details?: GlotErrorDetails[Code] | undefined;
}

/** Details may be left out where none of them has to be there. */
type Options<Code extends GlotErrorCode> =
  Record<never, never> extends GlotErrorDetails[Code]
    ? [options?: GlotErrorOptions<Code>]
    : [options: GlotErrorOptions<Code> & { readonly details: GlotErrorDetails[Code] }];

export class GlotError<Code extends GlotErrorCode = GlotErrorCode> extends Error {
  readonly code: Code;
  readonly details: GlotErrorDetails[Code];

  /**
   * @example
   * throw new GlotError('index.not-found', `there is no index at ${file}`, { details: { file } });
   */
  constructor(code: Code, message: string, ...[options]: Options<Code>) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GlotError';
    this.code = code;
    this.details = options?.details ?? ({} as GlotErrorDetails[Code]);
    Object.defineProperty(this, MARK, { value: true });
  }
}

/** Tells its details by its code: `switch (error.code)`. */
export type AnyGlotError = { [Code in GlotErrorCode]: GlotError<Code> }[GlotErrorCode];

/**
 * True for a GlotError of any loaded copy of this package; with `code`, only for that code.
 * @example
 * if (isGlotError(error, 'index.not-found')) console.error(`no index at ${error.details.file}`);
 */
export function isGlotError(error: unknown): error is AnyGlotError;
export function isGlotError<Code extends GlotErrorCode>(error: unknown, code: Code): error is GlotError<Code>;
export function isGlotError(error: unknown, code?: GlotErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !(MARK in error)) return false;
  return code === undefined || (error as unknown as GlotError).code === code;
}

/** What of a GlotError passes between threads and processes. */
export interface GlotErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly details: object;
}

/** An error that was a GlotError elsewhere. */
export function revivedGlotError({ code, message, details }: GlotErrorRecord): AnyGlotError {
  const options = { details } as unknown as GlotErrorOptions<'index.closed'>;
  return new GlotError(code as 'index.closed', message, options);
}
