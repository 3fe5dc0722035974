/**
 * Entry of the thread that runs the model. Answers each request in the order it came. Import it nowhere.
 * @module
 */

import { parentPort, workerData } from 'node:worker_threads';
import { type GlotErrorRecord, isGlotError } from '@glot/errors';
import { loadRunner, type RunnerOptions } from './trunk-runner.js';
import { LOADING, type WorkerAnswer, type WorkerRequest } from './worker-protocol.js';

function plain(error: unknown): GlotErrorRecord {
  if (isGlotError(error)) return { code: error.code, message: error.message, details: error.details };
  return { code: 'encoder.worker', message: error instanceof Error ? error.message : String(error), details: {} };
}

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const answer = (message: WorkerAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const runner = await loadRunner(workerData as RunnerOptions).catch((error: unknown) => {
    answer({ id: LOADING, error: plain(error) });
    return null;
  });
  if (runner === null) return;
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, batch }: WorkerRequest) => {
    last = last.then(async () => {
      try {
        if (batch === null) {
          await runner.dispose();
          answer({ id, vectors: null });
          port.close();
          return;
        }
        const vectors = (await runner.run(batch)).slice();
        answer({ id, vectors }, [vectors.buffer]);
      } catch (error) {
        answer({ id, error: plain(error) });
      }
    });
  });
  answer({ id: LOADING, vectors: null });
}

if (parentPort !== null) await serve(parentPort);
