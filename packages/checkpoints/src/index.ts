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
export { JsonFiles } from './json-files.js';
export { type JsonSource, ModelFiles, type ModuleTensors, withModelFiles } from './model-files.js';
export { type MatrixQuantizer, matrixQuantizer, type Precision } from './precision.js';
export type { Dtype } from './safetensors/header.js';
export { SafetensorsFile } from './safetensors/safetensors-file.js';
export type { StoredTensor } from './safetensors/stored-tensor.js';
export { widen } from './safetensors/widen.js';
export type { TensorFile, Weights } from './weights.js';
