import { availableParallelism } from 'node:os';
import { GlotError } from '@glot/errors';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../graph/graph-builder.js';
import { elementCount } from '../graph/tensor-data.js';
import { loadRuntime, type Runtime } from './runtime.js';
import type { TensorArray } from './tensor-array.js';

/** A value that goes into or comes out of a graph: row-major data and its shape. Never copied on the way in. */
export interface TensorValue {
  readonly data: TensorArray;
  readonly shape: readonly number[];
}

export interface SessionOptions {
  /** Threads one operator may use; default: all logical cores up to 4, half of them beyond, at least 4 then. */
  readonly threads?: number | undefined;
  /**
   * How long a waiting thread looks for work before it sleeps; default 0. Waking costs more than the short operators of
   * one row; but threads that spin take processor time from whatever runs beside.
   */
  readonly spinMicroseconds?: number | undefined;
}

/**
 * A graph ready to run. A run is synchronous native work behind a promise: the event loop of the calling thread
 * stands still meanwhile, so keep runs short or call from a worker thread.
 */
export interface GraphSession {
  /**
   * Runs the graph. Outputs named in `into` are written to the given arrays, the others are fresh.
   * @throws GlotError `kernels.shape`, `kernels.run`, `kernels.disposed`
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    into?: Readonly<Record<string, TensorValue>>,
  ): Promise<Record<string, TensorValue>>;
  /** Frees native memory once running work has ended. Safe to call twice. */
  dispose(): Promise<void>;
}

/** @throws GlotError `kernels.threads`, `kernels.runtime` (no native library here), `kernels.graph` (the runtime refuses it) */
export async function createSession(graph: Graph, options: SessionOptions = {}): Promise<GraphSession> {
  const intraOpNumThreads = threadCount(options.threads);
  const runtime = await loadRuntime();
  try {
    const session = await runtime.InferenceSession.create(graph.model, {
      executionProviders: ['cpu'],
      intraOpNumThreads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // The arena never gives memory back; graphs with varying shapes would grow it without bound.
      enableMemPattern: false,
      extra: {
        session: {
          intra_op: spinning(options.spinMicroseconds ?? 0),
          ...(graph.folder === undefined ? {} : { model_external_initializers_file_folder_path: graph.folder }),
        },
      },
      // Failures come back as errors; the runtime need not print them as well.
      logSeverityLevel: 4,
      externalData: graph.externalData,
    });
    return new NativeSession(runtime, session);
  } catch (cause) {
    throw new GlotError('kernels.graph', `the ONNX runtime refused the graph: ${messageOf(cause)}`, { cause });
  }
}

function spinning(microseconds: number): Readonly<Record<string, string>> {
  return microseconds > 0 ? { allow_spinning: '1', spin_duration_us: String(microseconds) } : { allow_spinning: '0' };
}

class NativeSession implements GraphSession {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  #pending: Promise<void> = Promise.resolve();
  #released: Promise<void> | null = null;

  constructor(runtime: Runtime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  run(feeds: Readonly<Record<string, TensorValue>>, into?: Readonly<Record<string, TensorValue>>) {
    if (this.#released !== null) {
      return Promise.reject(new GlotError('kernels.disposed', 'this session was disposed; make a new one'));
    }
    const result = this.#execute(feeds, into);
    // The chain must not carry results, or every output would live as long as the session.
    this.#pending = Promise.allSettled([this.#pending, result]).then(() => {});
    return result;
  }

  async #execute(feeds: Readonly<Record<string, TensorValue>>, into?: Readonly<Record<string, TensorValue>>) {
    const inputs = this.#tensors(feeds);
    const fetches: Record<string, Tensor | null> = {};
    for (const name of this.#session.outputNames) fetches[name] = null;
    Object.assign(fetches, this.#tensors(into ?? {}));
    try {
      const outputs = await this.#session.run(inputs, fetches);
      const result: Record<string, TensorValue> = {};
      for (const [name, tensor] of Object.entries(outputs)) {
        result[name] = into?.[name] ?? { data: tensor.data as TensorArray, shape: tensor.dims };
      }
      return result;
    } catch (cause) {
      throw new GlotError('kernels.run', `a graph failed while running: ${messageOf(cause)}`, { cause });
    }
  }

  #tensors(values: Readonly<Record<string, TensorValue>>): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { data, shape }] of Object.entries(values)) {
      if (elementCount(shape) !== data.length) {
        throw new GlotError(
          'kernels.shape',
          `the value "${name}" has ${data.length} elements, its shape [${shape}] asks for ${elementCount(shape)}`,
          { details: { name, shape: [...shape], elements: data.length } },
        );
      }
      tensors[name] = this.#runtime.tensor(data, shape);
    }
    return tensors;
  }

  dispose(): Promise<void> {
    this.#released ??= this.#pending.then(() => this.#session.release());
    return this.#released;
  }
}

/** Checks the number a caller gave, or picks one. @throws GlotError `kernels.threads` */
export function threadCount(threads: number | undefined): number {
  if (threads === undefined) {
    // Beyond a few cores, the second hardware thread of a core costs more than it gives.
    const cores = availableParallelism();
    return cores <= 4 ? cores : Math.max(4, Math.floor(cores / 2));
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > 1024) {
    throw new GlotError(
      'kernels.threads',
      `the number of threads must be a whole number from 1 to 1024, not ${threads}`,
    );
  }
  return threads;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
