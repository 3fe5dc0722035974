import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';

/** Long work on the calling thread, parted so that timers, signals and other callers get their turn. */
export interface Turns {
  /** True when the work has held the thread for long enough. Cheap. */
  isDue(): boolean;
  /** Lets everything else run. @throws an `AbortError` */
  take(): Promise<void>;
}

const HELD_MS = 20;

export function createTurns(signal?: AbortSignal): Turns {
  let since = performance.now();
  return {
    isDue: () => performance.now() - since > HELD_MS,
    async take() {
      await setImmediate();
      throwIfAborted(signal);
      since = performance.now();
    },
  };
}
