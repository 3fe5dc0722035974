import { GlotError } from '@glot/errors';

/** Element types of initializers, inputs and outputs, by the names safetensors-like files use in lower case. */
export type ElementType = 'f32' | 'f16' | 'bf16' | 'i8' | 'u8' | 'i32' | 'i64' | 'bool';

/** Bytes per element, and the number that onnx.proto gives the type. */
export const ELEMENT_TYPES: Readonly<Record<ElementType, { readonly bytes: number; readonly onnx: number }>> = {
  f32: { bytes: 4, onnx: 1 },
  u8: { bytes: 1, onnx: 2 },
  i8: { bytes: 1, onnx: 3 },
  i32: { bytes: 4, onnx: 6 },
  i64: { bytes: 8, onnx: 7 },
  bool: { bytes: 1, onnx: 9 },
  f16: { bytes: 2, onnx: 10 },
  bf16: { bytes: 2, onnx: 16 },
};

/** A constant of a graph: little-endian bytes, row-major. */
export interface TensorData {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Wraps without copying. @throws GlotError `kernels.shape` when data and shape disagree. */
export function f32Tensor(data: Float32Array, shape: readonly number[] = [data.length]): TensorData {
  return checked({ type: 'f32', shape, bytes: bytesOf(data) });
}

/** Wraps without copying. @throws GlotError `kernels.shape` when data and shape disagree. */
export function i64Tensor(values: readonly number[]): TensorData {
  return { type: 'i64', shape: [values.length], bytes: bytesOf(BigInt64Array.from(values, BigInt)) };
}

/** The tensor itself, if its bytes fill its shape. @throws GlotError `kernels.shape` */
export function checked(tensor: TensorData): TensorData {
  const expected = elementCount(tensor.shape) * ELEMENT_TYPES[tensor.type].bytes;
  if (tensor.bytes.byteLength !== expected) {
    throw new GlotError(
      'kernels.shape',
      `a ${tensor.type} tensor of shape [${tensor.shape}] has ${tensor.bytes.byteLength} bytes, not ${expected}`,
    );
  }
  return tensor;
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
