import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withModelFiles } from '@glot/checkpoints';
import { afterEach, describe, expect, it } from 'vitest';
import { readSettings } from './settings.js';
import { loadRunner, type RunnerOptions, type TrunkRunner } from './trunk-runner.js';
import { startWorkerRunner } from './worker-runner.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/checkpoints/colbert-f16', import.meta.url));
const ENTRY = new URL('../dist/trunk-worker.js', import.meta.url);
const BATCH = { ids: Int32Array.of(1, 282, 90, 1, 282, 91), sequences: 2, length: 3, valid: Int32Array.of(3, 2) };

describe.skipIf(!existsSync(fileURLToPath(ENTRY)))('the worker thread (skipped where the package is not built)', () => {
  const opened: TrunkRunner[] = [];
  afterEach(async () => {
    for (const runner of opened.splice(0)) await runner.dispose();
  });
  const options = async (changes: Partial<RunnerOptions> = {}): Promise<RunnerOptions> => {
    const { projection, maskedConvolution } = await withModelFiles(FOLDER, readSettings);
    const held = { threads: 1, precision: 'f32', cacheFolder: null } as const;
    return { folder: FOLDER, projection, maskedConvolution, maxTokens: 40, ...held, ...changes };
  };
  const start = async (changes: Partial<RunnerOptions> = {}) => {
    const runner = await startWorkerRunner(await options(changes), ENTRY);
    opened.push(runner);
    return runner;
  };

  it('gives what the model gives in the calling thread, in the order of the requests', async () => {
    const local = await loadRunner(await options());
    opened.push(local);
    const runner = await start();
    const other = { ...BATCH, ids: BATCH.ids.map((id) => id - 1) };
    const [first, second] = await Promise.all([runner.run(BATCH), runner.run(other)]);
    expect(first).toEqual(await local.run(BATCH));
    expect(second).toEqual(await local.run(other));
  });

  it('leaves timers of the calling thread alive', async () => {
    const runner = await start();
    const order: string[] = [];
    const long = { ids: new Int32Array(500 * 40).fill(3), sequences: 500, length: 40 };
    const running = runner.run(long).then(() => order.push('done'));
    await new Promise((resolve) => setTimeout(resolve, 0));
    order.push('timer');
    await running;
    expect(order).toEqual(['timer', 'done']);
  });

  it('carries typed errors across, and goes on after them', async () => {
    const missing = join(FOLDER, 'missing');
    await expect(start({ folder: missing })).rejects.toThrowError(
      expect.objectContaining({ code: 'lfm2.not-found', details: { path: join(missing, 'config.json') } }),
    );
    const runner = await start();
    await expect(runner.run({ ...BATCH, length: 5 })).rejects.toThrowError(
      expect.objectContaining({ code: 'lfm2.batch' }),
    );
    expect((await runner.run(BATCH)).length).toBe(6 * 32);
  });

  it('finishes running work before it is disposed of, and refuses work afterwards', async () => {
    const runner = await start();
    const running = runner.run(BATCH);
    await runner.dispose();
    await runner.dispose();
    expect((await running).length).toBe(6 * 32);
    await expect(runner.run(BATCH)).rejects.toThrowError(expect.objectContaining({ code: 'encoder.disposed' }));
  });

  it('is an error, not silence, when the thread cannot start', async () => {
    const broken = startWorkerRunner(await options(), new URL('./no-such-entry.js', ENTRY));
    await expect(broken).rejects.toThrowError(expect.objectContaining({ code: 'encoder.worker' }));
  });
});
