export { GlotError, type GlotErrorOptions, isGlotError, throwIfAborted } from './glot-error.js';
