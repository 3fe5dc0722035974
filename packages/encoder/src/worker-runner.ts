import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { GlotError, revivedGlotError } from '@glot/errors';
import { switchTelemetryOff } from '@glot/kernels';
import type { TokenBatch } from '@glot/lfm2';
import type { RunnerOptions, TrunkRunner } from './trunk-runner.js';
import { LOADING, type WorkerAnswer, type WorkerRequest } from './worker-protocol.js';

/** The built entry; there is none beside the TypeScript sources, which a thread cannot run. */
const ENTRY = new URL('./trunk-worker.js', import.meta.url);

/** Of garbage that a thread may gather: it makes few small objects, and by default would hold 48 MB of them. */
const YOUNG_MB = 6;

export function canUseWorker(): boolean {
  return existsSync(fileURLToPath(ENTRY));
}

interface Waiting {
  resolve(vectors: Float32Array | null): void;
  reject(error: GlotError): void;
}

/**
 * Loads the model in a thread of its own, so that the calling thread stays free while a batch runs.
 * An idle thread does not keep the process alive.
 */
export async function startWorkerRunner(options: RunnerOptions, entry: URL = ENTRY): Promise<TrunkRunner> {
  switchTelemetryOff();
  const runner = new WorkerRunner(
    new Worker(entry, { workerData: options, execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } }),
  );
  await runner.loaded;
  return runner;
}

class WorkerRunner implements TrunkRunner {
  readonly loaded: Promise<unknown>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = LOADING;
  #ended: GlotError | null = null;
  #disposed: Promise<void> | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    worker.on('error', (cause) =>
      this.#end(new GlotError('encoder.worker', `the encoder's thread failed: ${cause}`, { cause })),
    );
    worker.on('exit', () =>
      this.#end(new GlotError('encoder.worker', "the encoder's thread has ended; open the encoder again")),
    );
    this.loaded = this.#expect(LOADING);
  }

  async run(batch: TokenBatch): Promise<Float32Array> {
    if (this.#disposed) throw new GlotError('encoder.disposed', 'this encoder was disposed; open it again');
    return (await this.#request(batch))!;
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#close();
    return this.#disposed;
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    const exit = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.#request(null);
    this.#worker.ref();
    await exit;
  }

  #request(batch: TokenBatch | null): Promise<Float32Array | null> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#count += 1;
    const request: WorkerRequest = { id: this.#count, batch };
    const result = this.#expect(request.id);
    this.#worker.postMessage(request);
    return result;
  }

  #expect(id: number): Promise<Float32Array | null> {
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('error' in answer) waiting?.reject(revivedGlotError(answer.error));
    else waiting?.resolve(answer.vectors);
  }

  #end(error: GlotError): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}
