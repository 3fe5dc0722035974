import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { f32Tensor, type TensorData } from '../graph/tensor-data.js';
import type { Int8Matrix } from './quantized-matrix.js';

/** x = scale * (codes - 128), row by row, so that a row of huge values leaves the others as they are. */
interface QuantizedInput {
  /** [n, in] u8 */
  readonly codes: Value;
  /** [n, 1] f32 */
  readonly scale: Value;
}

// Matrices that read the same value share its codes.
const quantized = new WeakMap<GraphBuilder, Map<Value, QuantizedInput>>();

/** x [n, in] f32 -> [n, out] f32 by products of bytes. */
export function int8Linear(graph: GraphBuilder, x: Value, { codes, scales }: Int8Matrix): Value {
  const input = quantizedInput(graph, x);
  const inputs = [
    input.codes,
    graph.constant(codes, 'codes'),
    graph.constant(scalar(1)),
    graph.constant(scales, 'scales'),
    graph.constant(MIDDLE),
  ];
  if (codes.type === 'u8') inputs.push(graph.constant(MIDDLE));
  const product = graph.node('MatMulIntegerToFloat', inputs, { domain: 'com.microsoft' });
  return graph.node('Mul', [product, input.scale]);
}

function quantizedInput(graph: GraphBuilder, x: Value): QuantizedInput {
  const known = quantized.get(graph) ?? new Map<Value, QuantizedInput>();
  quantized.set(graph, known);
  const found = known.get(x);
  if (found !== undefined) return found;
  const largest = graph.node('ReduceMax', [graph.node('Abs', [x]), graph.ints([1])], { attributes: { keepdims: 1 } });
  const step = graph.node('Mul', [largest, graph.constant(scalar(1 / 127))]);
  // A row of zeros must not divide by zero.
  const scale = graph.node('Max', [step, graph.constant(scalar(1e-30))]);
  const perRow = graph.node('Reshape', [scale, graph.ints([-1])]);
  const middle = graph.node('Expand', [graph.constant(MIDDLE), graph.node('Shape', [perRow])]);
  const made = { codes: graph.node('QuantizeLinear', [x, perRow, middle], { attributes: { axis: 0 } }), scale };
  known.set(x, made);
  return made;
}

const MIDDLE: TensorData = { type: 'u8', shape: [], bytes: Uint8Array.of(128) };

function scalar(value: number): TensorData {
  return f32Tensor(Float32Array.of(value), []);
}
