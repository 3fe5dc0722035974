export { type AttentionMode, type AttentionShape, type AttentionWeights, attention } from './blocks/attention.js';
export {
  causalMask,
  type DecodePositions,
  decodeAttention,
  HIDDEN,
  type KeyValues,
} from './blocks/decode-attention.js';
export { decodeConvolution } from './blocks/decode-convolution.js';
export { embedding } from './blocks/embedding.js';
export { int8Sign } from './blocks/int8-sign.js';
export { l2Normalize } from './blocks/l2-normalize.js';
export { type LinearWeights, linear, type ParallelWeights, parallelLinear } from './blocks/linear.js';
export { quantizedEmbedding } from './blocks/quantized-embedding.js';
export {
  type BlockMatrix,
  type Int8Matrix,
  type Int8Sign,
  type Matrix,
  quantizeInt4,
  quantizeInt8,
  quantizeInt8Blocks,
  stacked,
} from './blocks/quantized-matrix.js';
export { type RmsNormWeights, rmsNorm, skipRmsNorm } from './blocks/rms-norm.js';
export { type Rope, ropeTables } from './blocks/rope.js';
export { type Sequence, sequenceInputs } from './blocks/sequence.js';
export { type ConvolutionMode, type ShortConvolutionWeights, shortConvolution } from './blocks/short-convolution.js';
export { type SwiGluWeights, swiGlu } from './blocks/swiglu.js';
export {
  type Attribute,
  type ConstantSink,
  type Dimension,
  type Graph,
  GraphBuilder,
  type NodeOptions,
  type Value,
} from './graph/graph-builder.js';
export {
  ELEMENT_TYPES,
  type ElementType,
  elementCount,
  f32Tensor,
  i64Tensor,
  type TensorData,
} from './graph/tensor-data.js';
export { createMaxSim, type MaxSim, type MaxSimOptions } from './maxsim/max-sim.js';
export { quantizeRows } from './maxsim/quantize-rows.js';
export { type CodedRows, RowCodec } from './rows/row-codec.js';
export { learnRows, unknownRows } from './rows/row-statistics.js';
export { MOST_BITS, type RowStatistics, type RowTable, rowBytes, rowTable } from './rows/row-table.js';
export {
  createSession,
  type GraphSession,
  type SessionOptions,
  type TensorValue,
  threadCount,
} from './session/graph-session.js';
export { switchTelemetryOff } from './session/telemetry.js';
export type { TensorArray } from './session/tensor-array.js';
export { sliceTexts } from './token-vectors.js';
export type { QuantizedRows, TokenVectors } from './types.js';
export { instantiate } from './wasm/instantiate.js';
export { Layout } from './wasm/layout.js';
