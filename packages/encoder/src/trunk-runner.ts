import { Checkpoint, type Precision, type TokenBatch, Trunk } from '@glot/lfm2';
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
  readonly precision: Precision;
  /** Keeps converted weights; null: none are kept. */
  readonly cacheFolder: string | null;
}

/** Loads the model into the calling thread. */
export async function loadRunner(options: RunnerOptions): Promise<TrunkRunner> {
  const { folder, projection, maxTokens, threads, precision, cacheFolder } = options;
  const checkpoint = await Checkpoint.open(folder);
  try {
    const head = await projectionHead(projection);
    return await Trunk.load(checkpoint, {
      head,
      maxTokens,
      precision,
      ...(threads !== null && { threads }),
      ...(cacheFolder !== null && { cacheFolder }),
    });
  } finally {
    await checkpoint.close();
  }
}
