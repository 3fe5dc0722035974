import { Checkpoint, type TokenBatch, Trunk } from '@glot/lfm2';
import { projectionHead } from './projection-head.js';
import type { Projection } from './settings.js';

/** Runs batches one after the other, here or in another thread. */
export interface TrunkRunner {
  /** @returns [sequences x length x dim], rows of unit length */
  run(batch: TokenBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** What a runner needs to load its model; plain data that crosses threads. */
export interface RunnerOptions {
  readonly folder: string;
  readonly projection: Projection;
  /** Longest sequence. */
  readonly maxTokens: number;
  readonly threads: number | null;
}

/** Loads the model into the calling thread. */
export async function loadRunner({ folder, projection, maxTokens, threads }: RunnerOptions): Promise<TrunkRunner> {
  const checkpoint = await Checkpoint.open(folder);
  try {
    const head = await projectionHead(projection);
    return await Trunk.load(checkpoint, { head, maxTokens, ...(threads === null ? {} : { threads }) });
  } finally {
    await checkpoint.close();
  }
}
