import { GlotError } from '@glot/errors';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { f32Tensor } from '../graph/tensor-data.js';

/** Tables of a rotary embedding, shared by all layers. */
export interface Rope {
  /** [positions, headDim / 2] */
  readonly cos: Value;
  /** [positions, headDim / 2] */
  readonly sin: Value;
}

/** Angle of pair i at position p: p * theta^(-2i / headDim). Pairs are the two halves of a head ("rotate half"). */
export function ropeTables(graph: GraphBuilder, positions: number, headDim: number, theta: number): Rope {
  if (headDim % 2 !== 0) throw new GlotError('kernels.shape', `a head of odd width ${headDim} cannot be rotated`);
  const half = headDim / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let i = 0; i < half; i += 1) {
    const frequency = theta ** ((-2 * i) / headDim);
    for (let position = 0; position < positions; position += 1) {
      cos[position * half + i] = Math.cos(position * frequency);
      sin[position * half + i] = Math.sin(position * frequency);
    }
  }
  return {
    cos: graph.constant(f32Tensor(cos, [positions, half]), 'cos'),
    sin: graph.constant(f32Tensor(sin, [positions, half]), 'sin'),
  };
}
