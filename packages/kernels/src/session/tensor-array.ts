export type TensorArray = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;
