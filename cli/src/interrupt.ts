import { ExitCode } from './exit-code.js';

/** Ctrl-C: ends the command at once, unless the command takes it over for something smaller. */
export interface Interrupt {
  /** Fires at the first Ctrl-C that nobody took over, and at SIGTERM. */
  readonly signal: AbortSignal;
  /** Hands every Ctrl-C to a handler. @returns gives it back */
  takeOver(handler: () => void): () => void;
}

export function watchInterrupts(): Interrupt {
  const controller = new AbortController();
  let takenOver: (() => void) | null = null;
  process.on('SIGINT', () => {
    if (takenOver !== null) return takenOver();
    if (controller.signal.aborted) process.exit(ExitCode.interrupted); // the second Ctrl-C does not wait
    controller.abort();
  });
  process.on('SIGTERM', () => controller.abort());
  return {
    signal: controller.signal,
    takeOver(handler) {
      takenOver = handler;
      return () => {
        takenOver = null;
      };
    },
  };
}
