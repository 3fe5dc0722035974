export type { QuantizedRows, TokenVectors } from './types.js';
