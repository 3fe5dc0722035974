import { type Int8Sign, int8Sign, type Matrix, quantizeInt4, quantizeInt8, type TensorData } from '@glot/kernels';

/**
 * How weight matrices are held. `int8`: a scale per output, inputs rounded to int8 with a scale per token; the
 * vocabulary in blocks of 32. `int4`: a scale per block of 32, as small as decoding wants it. Norms and convolution
 * filters stay in f32.
 */
export type Precision = 'f32' | 'int8' | 'int4';

/** How the matrices of a checkpoint become constants of a graph. */
export interface MatrixQuantizer {
  /** Turns a matrix, f32 [out, in], into the form that is multiplied. */
  readonly quantize: (weight: TensorData) => Matrix;
  /**
   * Whether matrices that read one input become one. Decoding, which reads one row, saves the start of a product with
   * each; with the many rows of prompts and documents, copying the outputs apart costs more than that.
   */
  readonly joins: boolean;
}

export async function matrixQuantizer(precision: Precision): Promise<MatrixQuantizer> {
  if (precision === 'f32') return { quantize: (weight) => weight, joins: false };
  if (precision === 'int4') return { quantize: quantizeInt4, joins: true };
  const sign: Int8Sign = await int8Sign();
  return { quantize: (weight) => quantizeInt8(weight, sign), joins: false };
}
