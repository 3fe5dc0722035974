export {
  type Attribute,
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
export {
  createSession,
  type GraphSession,
  type SessionOptions,
  type TensorArray,
  type TensorValue,
} from './session/graph-session.js';
export type { QuantizedRows, TokenVectors } from './types.js';
