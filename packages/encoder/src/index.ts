export type { TextSpan } from '@glot/lfm2';
export { describeEncoder, EMBEDDED_MODEL, type OpenEncoderOptions, openEncoder } from './open-encoder.js';
export { checkPoolFactor, poolTokens } from './token-pooling.js';
export type { EncodeDocumentsOptions, EncodeOptions, Encoder, EncoderDescription } from './types.js';
