export { abortError, isAbortError, throwIfAborted } from './abort-error.js';
export { abortableFetch } from './abortable-fetch.js';
export type { GlotErrorCode, GlotErrorDetails } from './error-codes.js';
export {
  type AnyGlotError,
  GlotError,
  type GlotErrorOptions,
  type GlotErrorRecord,
  isGlotError,
  revivedGlotError,
} from './glot-error.js';
