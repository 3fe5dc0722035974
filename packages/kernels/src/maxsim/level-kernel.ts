import { instantiate } from '../wasm/instantiate.js';
import { LEVEL_KERNEL } from './level-kernel-binary.js';

/** Columns of levels in one vector. */
export const LEVEL_COLUMNS = 16;

/** What level-kernel.wat exports; addresses are bytes in `memory`. */
export interface LevelKernel {
  readonly memory: ArrayBuffer;
  addSumsOfBest(levels: number, centroids: number, starts: number, texts: number, count: number, sums: number): void;
  blockMaxima(levels: number, centroids: number, blocks: number, into: number): void;
  addSteps(
    places: number,
    stops: number,
    last: number,
    steps: number,
    lists: number,
    sums: number,
    numbers: number,
    block: number,
  ): void;
  atLeast(values: number, count: number, floor: number, into: number): number;
  reaching(levels: number, centroids: number, floors: number, into: number): number;
}

/**
 * The loops of level-kernel.wat over a memory of their own.
 * @param bytes of memory, all zeros
 * @throws GlotError `kernels.out-of-memory`
 */
export function levelKernel(bytes: number): LevelKernel {
  return instantiate<Omit<LevelKernel, 'memory'>>(LEVEL_KERNEL, bytes);
}
