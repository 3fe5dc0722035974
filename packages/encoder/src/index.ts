export { type ConvertEncoderOptions, convertEncoder } from './convert-encoder.js';
export { EMBEDDED_MODEL, isEncoder } from './encoder-checkpoint.js';
export { assumesTextSettings, LFM2_COLBERT_SETTINGS } from './gguf-settings.js';
export { describeEncoder, EncoderModel, type OpenEncoderOptions, openEncoder } from './open-encoder.js';
export { checkPoolFactor, poolTokens } from './token-pooling.js';
export { ENCODER_PRECISIONS } from './trunk-runner.js';
export type { EncodeDocumentsOptions, EncodeOptions, Encoder, EncoderDescription, EncoderPrecision } from './types.js';
