import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CentroidAssigner } from './centroid-assigner.js';
import type { CentroidTree } from './centroid-tree.js';

/** The built entry; there is none beside the TypeScript sources, which a thread cannot run. */
const ENTRY = new URL('./assigner-worker.js', import.meta.url);

/** Assigns many rows in this thread and in others beside it. A thread that fails is done without. */
export class ParallelAssigner {
  readonly #tree: CentroidTree;
  readonly #here: CentroidAssigner;
  readonly #idle: Worker[];
  readonly #all: readonly Worker[];

  /** @param threads this one included @throws GlotError `kernels.out-of-memory` */
  constructor(tree: CentroidTree, threads: number, entry: URL = ENTRY) {
    this.#tree = tree;
    this.#here = new CentroidAssigner(tree);
    const others = existsSync(fileURLToPath(entry)) ? threads - 1 : 0;
    this.#all = Array.from({ length: others }, () => new Worker(entry, { workerData: tree, execArgv: [] }));
    this.#idle = [...this.#all];
    for (const worker of this.#all) {
      worker.on('error', () => {});
      worker.on('exit', () => {
        if (this.#idle.includes(worker)) this.#idle.splice(this.#idle.indexOf(worker), 1);
      });
      worker.unref();
    }
  }

  /** @param codes [n x dim], which must stay as they are until the end @returns [n] */
  async assign(codes: Int8Array): Promise<Uint32Array> {
    const worker = this.#idle.pop();
    const partitions = worker && (await answerOf(worker, codes));
    if (partitions) {
      this.#idle.push(worker);
      return partitions;
    }
    const own = new Uint32Array(codes.length / this.#tree.dim);
    this.#here.assign(codes, own);
    await setImmediate();
    return own;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }
}

/** Null where the thread ended before it gave one. */
function answerOf(worker: Worker, codes: Int8Array): Promise<Uint32Array | null> {
  return new Promise((resolve) => {
    const settle = (partitions: Uint32Array | null) => {
      worker.off('message', settle);
      worker.off('exit', ended);
      worker.unref();
      resolve(partitions);
    };
    const ended = () => settle(null);
    worker.on('message', settle);
    worker.on('exit', ended);
    worker.ref();
    worker.postMessage(codes);
  });
}
