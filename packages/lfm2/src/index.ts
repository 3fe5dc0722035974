export { type ChatMessage, ChatTemplate } from './chat/chat-template.js';
export { Checkpoint, readJson } from './checkpoint.js';
export { type LayerType, type Lfm2Config, parseConfig } from './config.js';
export { type ConvertOptions, convertModel } from './conversion/convert-model.js';
export { type ConversionOptions, type ConvertedWeights, convertedFolder } from './conversion/converted-graph.js';
export { Decoder, type DecoderOptions } from './decoder/decoder.js';
export { DecoderState } from './decoder/decoder-state.js';
export {
  type GeneratedToken,
  type GenerateOptions,
  type GenerationSummary,
  Generator,
} from './decoder/generator.js';
export { Sampler, type SamplingOptions } from './decoder/sampling.js';
export type { StopReason } from './decoder/stopping.js';
export type { TokenConstraint } from './decoder/token-constraint.js';
export { GgufFile, type StoredBlocks } from './gguf/gguf-file.js';
export { isGguf } from './gguf/is-gguf.js';
export {
  type HubSettings,
  type LocalModel,
  listModels,
  modelPath,
  type PullOptions,
  type PullProgress,
  type PullResult,
  pullModel,
  resolveModel,
  type Verification,
  type VerifyOptions,
  verifyModel,
} from './hub/index.js';
export { logitsHead } from './logits-head.js';
export type { Precision } from './precision.js';
export type { Dtype } from './safetensors/header.js';
export { SafetensorsFile, type StoredTensor } from './safetensors/safetensors-file.js';
export { TextTokenizer } from './text-tokenizer.js';
export type { TextSpan } from './token-spans.js';
export { type Head, type TokenBatch, Trunk, type TrunkOptions } from './trunk.js';
