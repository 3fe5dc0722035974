import type { GlotErrorRecord } from '@glot/errors';
import type { TokenBatch } from '@glot/lfm2';

export interface WorkerRequest {
  readonly id: number;
  /** Null asks to free the model and end. */
  readonly batch: TokenBatch | null;
}

export type WorkerAnswer =
  | { readonly id: number; readonly vectors: Float32Array<ArrayBuffer> | null }
  | { readonly id: number; readonly error: GlotErrorRecord };

/** Request id of the loading itself. */
export const LOADING = 0;
