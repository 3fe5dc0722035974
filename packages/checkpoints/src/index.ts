export {
  type Conversion,
  type ConversionOptions,
  type ConvertedCheckpoint,
  type ConvertedWeights,
  convertedFolder,
  convertedGraph,
} from './conversion/converted-graph.js';
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
export { type Packing, type Precision, packing } from './precision.js';
export { readJson } from './read-json.js';
export { openRegularFile, readRegularFile } from './regular-file.js';
export type { Dtype } from './safetensors/header.js';
export { SafetensorsFile, type StoredTensor } from './safetensors/safetensors-file.js';
export { widen } from './safetensors/widen.js';
