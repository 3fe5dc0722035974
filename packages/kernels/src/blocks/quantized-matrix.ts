import { GlotError } from '@glot/errors';
import { elementCount, f32Tensor, type TensorData } from '../graph/tensor-data.js';

/** One scale per output: w = scale * code, or scale * (code - 128) where the codes are u8. */
export interface Int8Matrix {
  readonly kind: 'int8';
  /** [in, out] i8 (-127..127) or u8 (1..255). */
  readonly codes: TensorData;
  /** [out] f32. */
  readonly scales: TensorData;
}

/** Blocks of 32 inputs of one output: w = scale * (code - 2^(bits - 1)). */
export interface BlockMatrix {
  readonly kind: 'blocks';
  readonly bits: 4 | 8;
  /** [out, in / 32, 4 * bits] u8; of 4 bits, two codes a byte, the lower half first. */
  readonly codes: TensorData;
  /** [out, in / 32] f32. */
  readonly scales: TensorData;
}

/** A weight matrix: f32 [out, in] as checkpoints store it, or quantized. */
export type Matrix = TensorData | Int8Matrix | BlockMatrix;

/** Whether int8 codes are stored signed (fast where products do not saturate) or unsigned (exact everywhere). */
export type Int8Sign = 'signed' | 'unsigned';

export const BLOCK = 32;

/** Shares of the greatest value of a row that may become 127: what is beyond is cut, what is below is rounded finer. */
const TOPS = [1, 0.98, 0.96, 0.94, 0.92];

/** Rounds an f32 matrix [out, in] to int8, symmetrically, by the scale of each row that errs least in squares. */
export function quantizeInt8(weight: TensorData, sign: Int8Sign): Int8Matrix {
  const { values, outputs, inputs } = matrixOf(weight);
  const codes = new Int8Array(outputs * inputs);
  const scales = new Float32Array(outputs);
  for (let o = 0; o < outputs; o += 1) {
    const start = o * inputs;
    let largest = 0;
    for (let i = 0; i < inputs; i += 1) largest = Math.max(largest, Math.abs(values[start + i]!));
    const scale = bestScale(values.subarray(start, start + inputs), largest);
    scales[o] = scale;
    const factor = scale > 0 ? 1 / scale : 0;
    for (let i = 0; i < inputs; i += 1) codes[i * outputs + o] = int8(values[start + i]! * factor);
  }
  const bytes = new Uint8Array(codes.buffer);
  if (sign === 'unsigned') for (let i = 0; i < bytes.length; i += 1) bytes[i] = bytes[i]! ^ 0x80;
  return {
    kind: 'int8',
    codes: { type: sign === 'signed' ? 'i8' : 'u8', shape: [inputs, outputs], bytes },
    scales: f32Tensor(scales),
  };
}

function int8(value: number): number {
  return Math.max(-127, Math.min(127, Math.floor(value + 0.5)));
}

function bestScale(row: Float32Array, largest: number): number {
  let best = 0;
  let least = Infinity;
  for (const top of TOPS) {
    const scale = (largest * top) / 127;
    if (scale === 0) return 0;
    const factor = 1 / scale;
    let squares = 0;
    for (let i = 0; i < row.length; i += 1) {
      const steps = row[i]! * factor;
      const error = int8(steps) - steps;
      squares += error * error;
    }
    squares *= scale * scale;
    if (squares >= least) continue;
    least = squares;
    best = scale;
  }
  return best;
}

/**
 * Rounds an f32 matrix [out, in] to int4. The value of a block that lies farthest from zero takes the code 0, which
 * stands for -8, so that it is kept exactly.
 * @throws GlotError `kernels.shape` where `in` is no multiple of 32
 */
export function quantizeInt4(weight: TensorData): BlockMatrix {
  const { values, outputs, inputs } = matrixOf(weight);
  const blocks = blockCount(outputs, inputs);
  const codes = new Uint8Array(blocks * (BLOCK / 2));
  const scales = new Float32Array(blocks);
  const code = (value: number, factor: number) => Math.min(15, Math.max(0, Math.round(value * factor) + 8));
  for (let block = 0; block < blocks; block += 1) {
    const start = block * BLOCK;
    let extreme = 0;
    for (let i = start; i < start + BLOCK; i += 1) {
      if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
    }
    scales[block] = extreme / -8;
    const factor = extreme === 0 ? 0 : -8 / extreme;
    for (let i = 0; i < BLOCK; i += 2) {
      const low = code(values[start + i]!, factor);
      codes[(start + i) / 2] = low | (code(values[start + i + 1]!, factor) << 4);
    }
  }
  return blockMatrix(4, outputs, codes, scales);
}

/**
 * Rounds an f32 matrix [out, in] to int8 in blocks, symmetrically: the form of a table whose rows are looked up.
 * @throws GlotError `kernels.shape` where `in` is no multiple of 32
 */
export function quantizeInt8Blocks(weight: TensorData): BlockMatrix {
  const { values, outputs, inputs } = matrixOf(weight);
  const blocks = blockCount(outputs, inputs);
  const codes = new Uint8Array(blocks * BLOCK);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block += 1) {
    const [start, end] = [block * BLOCK, (block + 1) * BLOCK];
    let largest = 0;
    for (let i = start; i < end; i += 1) largest = Math.max(largest, Math.abs(values[i]!));
    scales[block] = largest / 127;
    const factor = largest === 0 ? 0 : 127 / largest;
    for (let i = start; i < end; i += 1) codes[i] = Math.round(values[i]! * factor) + 128;
  }
  return blockMatrix(8, outputs, codes, scales);
}

function blockCount(outputs: number, inputs: number): number {
  if (inputs % BLOCK === 0) return (outputs * inputs) / BLOCK;
  throw new GlotError('kernels.shape', `a matrix of ${inputs} inputs has no blocks; it needs multiples of 32`);
}

function blockMatrix(bits: 4 | 8, outputs: number, codes: Uint8Array, scales: Float32Array): BlockMatrix {
  const perRow = scales.length / outputs;
  return {
    kind: 'blocks',
    bits,
    codes: { type: 'u8', shape: [outputs, perRow, (BLOCK * bits) / 8], bytes: codes },
    scales: f32Tensor(scales, [outputs, perRow]),
  };
}

/** Rows of f32 matrices of the same width, one below the other. */
export function stacked(matrices: readonly TensorData[]): TensorData {
  const parts = matrices.map(matrixOf);
  const { inputs } = parts[0]!;
  const outputs = parts.reduce((sum, part) => sum + part.outputs, 0);
  const values = new Float32Array(outputs * inputs);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return f32Tensor(values, [outputs, inputs]);
}

function matrixOf(weight: TensorData) {
  const [outputs, inputs] = weight.shape;
  if (weight.type !== 'f32' || weight.shape.length !== 2 || outputs === undefined || inputs === undefined) {
    throw new GlotError('kernels.shape', `only f32 matrices can be quantized, not ${weight.type} [${weight.shape}]`);
  }
  const values = new Float32Array(weight.bytes.buffer, weight.bytes.byteOffset, elementCount(weight.shape));
  return { values, outputs, inputs };
}
