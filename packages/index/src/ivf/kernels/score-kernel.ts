import { instantiate } from '@glot/kernels';
import { SCORE_KERNEL } from './score-kernel-binary.js';

/** Columns of scores in one vector. */
export const SCORE_LANES = 16;

/** What score-kernel.wat exports; addresses are bytes in `memory`. */
export interface ScoreKernel {
  readonly memory: ArrayBuffer;
  addSumsOfBest(scores: number, centroids: number, starts: number, texts: number, count: number, sums: number): void;
  blockMaxima(scores: number, centroids: number, blocks: number, into: number): void;
  addSteps(
    places: number,
    stops: number,
    last: number,
    contributions: number,
    lists: number,
    sums: number,
    numbers: number,
    block: number,
  ): void;
  atLeast(values: number, count: number, floor: number, into: number): number;
  reaching(scores: number, centroids: number, floors: number, into: number): number;
}

/**
 * The loops of score-kernel.wat over a memory of their own.
 * @param bytes of memory, all zeros
 * @throws GlotError `kernels.out-of-memory`
 */
export function scoreKernel(bytes: number): ScoreKernel {
  return instantiate<Omit<ScoreKernel, 'memory'>>(SCORE_KERNEL, bytes);
}
