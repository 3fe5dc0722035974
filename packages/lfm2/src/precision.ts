import { type Int8Sign, int8Sign, type Matrix, quantiseInt4, quantiseInt8, type TensorData } from '@glot/kernels';

/**
 * How weight matrices are held. `int8`: a scale per output, inputs rounded to int8 with a scale per token.
 * `int4`: a scale per block of 32, as small as decoding wants it. Norms and convolution filters stay in f32.
 */
export type Precision = 'f32' | 'int8' | 'int4';

/** Turns a matrix of a checkpoint, f32 [out, in], into the form that is multiplied. */
export type Pack = (weight: TensorData) => Matrix;

export async function packing(precision: Precision): Promise<Pack> {
  if (precision === 'f32') return (weight) => weight;
  if (precision === 'int4') return quantiseInt4;
  const sign: Int8Sign = await int8Sign();
  return (weight) => quantiseInt8(weight, sign);
}
