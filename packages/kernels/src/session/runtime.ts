import { GlotError } from '@glot/errors';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { switchTelemetryOff } from './telemetry.js';
import type { TensorArray } from './tensor-array.js';

/** What we use of onnxruntime-node. Loaded on first use, so that commands without a model start quickly. */
export interface Runtime {
  readonly InferenceSession: typeof InferenceSession;
  tensor(data: TensorArray, shape: readonly number[]): Tensor;
}

let loading: Promise<Runtime> | null = null;

/** @throws GlotError `kernels.runtime` when the native library cannot be loaded here, `kernels.telemetry` */
export function loadRuntime(): Promise<Runtime> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Runtime> {
  switchTelemetryOff();
  try {
    const ort = await import('onnxruntime-node');
    // Must be set before the first session; later values are ignored.
    ort.env.logLevel = 'fatal';
    return {
      InferenceSession: ort.InferenceSession,
      tensor: (data, shape) => new ort.Tensor(typeName(data), data, [...shape]) as Tensor,
    };
  } catch (cause) {
    throw new GlotError(
      'kernels.runtime',
      `the native library of onnxruntime-node does not load on ${process.platform}/${process.arch}; reinstall the dependencies on this machine`,
      { cause },
    );
  }
}

function typeName(data: TensorArray) {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int32Array) return 'int32';
  return 'int64';
}
