export { abortableFetch } from './abortable-fetch.js';
export { GlotError, type GlotErrorOptions, isGlotError, throwIfAborted } from './glot-error.js';
