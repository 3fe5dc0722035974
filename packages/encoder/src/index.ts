export { EMBEDDED_MODEL, type OpenEncoderOptions, openEncoder } from './open-encoder.js';
export type { EncodeOptions, Encoder } from './types.js';
