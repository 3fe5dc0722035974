export type { TextSpan } from '@glot/lfm2';
export { describeEncoder, EMBEDDED_MODEL, type OpenEncoderOptions, openEncoder } from './open-encoder.js';
export type { EncodeOptions, Encoder, EncoderDescription } from './types.js';
