export { type ChatMessage, ChatTemplate } from './chat/chat-template.js';
export { Checkpoint } from './checkpoint.js';
export { type LayerType, type Lfm2Config, parseConfig } from './config.js';
export { type ConvertOptions, convertModel } from './conversion/convert-model.js';
export { Decoder, type DecoderOptions } from './decoder/decoder.js';
export { DecoderState } from './decoder/decoder-state.js';
export { Sampler, type SamplingOptions } from './decoder/sampling.js';
export type { StopReason } from './decoder/stopping.js';
export {
  type GeneratedToken,
  type GenerateOptions,
  type GenerationSummary,
  TextGenerator,
} from './decoder/text-generator.js';
export type { TokenConstraint } from './decoder/token-constraint.js';
export { TextTokenizer } from './text-tokenizer.js';
export { type Head, type TokenBatch, Trunk, type TrunkOptions } from './trunk.js';
