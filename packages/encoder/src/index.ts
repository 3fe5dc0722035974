export type { EncodeOptions, Encoder } from './types.js';
