import { printable } from './printable.js';
import { fit } from './width.js';

/**
 * Progress on stderr: one line rewritten in place on a terminal, else a plain line every ten seconds, so that logs
 * stay short and nobody wonders whether it still runs.
 */
export interface Progress {
  update(line: string): void;
  /** Wipes the line, so that what follows starts clean. */
  clear(): void;
}

const TERMINAL_INTERVAL_MS = 80;
const LOG_INTERVAL_MS = 10_000;

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let lastWrite = performance.now();
  let shown = false;
  if (!stream.isTTY) {
    return {
      update(line) {
        if (performance.now() - lastWrite < LOG_INTERVAL_MS) return;
        lastWrite = performance.now();
        stream.write(`${printable(line)}\n`);
      },
      clear() {},
    };
  }
  return {
    update(line) {
      if (shown && performance.now() - lastWrite < TERMINAL_INTERVAL_MS) return;
      lastWrite = performance.now();
      shown = true;
      stream.write(`\r\x1b[2K${fit(printable(line), (stream.columns ?? 80) - 1)}`);
    },
    clear() {
      if (shown) stream.write('\r\x1b[2K');
      shown = false;
    },
  };
}
