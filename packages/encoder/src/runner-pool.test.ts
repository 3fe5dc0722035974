import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TokenBatch } from '@glot/lfm2';
import { describe, expect, it, vi } from 'vitest';
import type { openEncoder } from './open-encoder.js';
import { RunnerPool } from './runner-pool.js';
import type { TrunkRunner } from './trunk-runner.js';

const batch = (length: number): TokenBatch => ({ ids: new Int32Array(length), sequences: 1, length });

/** Finishes its runs when told to. */
class HeldRunner implements TrunkRunner {
  readonly lengths: number[] = [];
  readonly #finish: (() => void)[] = [];
  disposed = false;

  run({ length }: TokenBatch): Promise<Float32Array> {
    this.lengths.push(length);
    return new Promise((resolve) => this.#finish.push(() => resolve(new Float32Array(length))));
  }

  finishAll(): void {
    for (const finish of this.#finish.splice(0)) finish();
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('RunnerPool', () => {
  it('starts others once runs wait, and gives each run to the one with the least to do', async () => {
    const runners = [new HeldRunner(), new HeldRunner(), new HeldRunner()];
    let started = 1;
    const pool = new RunnerPool(runners[0]!, 3, async () => runners[started++]!, { startTokens: 9 });
    const first = pool.run(batch(9));
    await settled();
    runners[0]!.finishAll();
    await first;
    expect(started).toBe(1);

    const running = [9, 5, 4].map((length) => pool.run(batch(length)));
    await settled();
    expect(started).toBe(2);
    running.push(...[3, 2, 7, 8].map((length) => pool.run(batch(length))));
    await settled();
    expect(runners.slice(0, 2).map(({ lengths }) => lengths)).toEqual([
      [9, 9, 5, 4],
      [3, 2, 7, 8],
    ]);
    for (const runner of runners) runner.finishAll();
    expect((await Promise.all(running)).map(({ length }) => length)).toEqual([9, 5, 4, 3, 2, 7, 8]);
    await pool.dispose();
    expect(runners.map(({ disposed }) => disposed)).toEqual([true, true, started === 3]);
  });

  it('keeps to one for as little as a few changed files, counted anew after a pause', async () => {
    const runner = new HeldRunner();
    let started = 0;
    const startAnother = async () => {
      started += 1;
      return null;
    };
    const pool = new RunnerPool(runner, 2, startAnother, { idleMs: 1, startTokens: 100 });
    for (let round = 0; round < 3; round += 1) {
      const running = [40, 30, 20].map((length) => pool.run(batch(length)));
      await settled();
      runner.finishAll();
      await Promise.all(running);
      await setTimeout(50);
    }
    expect(started).toBe(0);
    const running = [40, 30, 30, 1].map((length) => pool.run(batch(length)));
    expect(started).toBe(1);
    runner.finishAll();
    await Promise.all(running);
    await pool.dispose();
  });

  it('goes on with what it has where no other can be started, and does not ask again', async () => {
    for (const answer of [() => Promise.resolve(null), () => Promise.reject(new Error('no memory'))]) {
      const runner = new HeldRunner();
      let asked = 0;
      const startAnother = () => {
        asked += 1;
        return answer();
      };
      const pool = new RunnerPool(runner, 2, startAnother, { startTokens: 1 });
      const running = [];
      for (let run = 0; run < 6; run += 1) {
        running.push(pool.run(batch(1)));
        await settled();
      }
      runner.finishAll();
      await Promise.all(running);
      expect(asked).toBe(1);
      await pool.dispose();
    }
  });

  it('ends all but the first once there is nothing to do, and starts others again when runs wait', async () => {
    const runners: HeldRunner[] = [new HeldRunner()];
    const startAnother = async () => {
      runners.push(new HeldRunner());
      return runners.at(-1)!;
    };
    const pool = new RunnerPool(runners[0]!, 2, startAnother, { idleMs: 1, startTokens: 18 });
    for (let round = 1; round <= 2; round += 1) {
      const running = [pool.run(batch(9)), pool.run(batch(9)), pool.run(batch(9))];
      await settled();
      expect(runners).toHaveLength(1 + round);
      running.push(pool.run(batch(5)));
      expect(runners.at(-1)!.lengths).toEqual([5]);
      for (const runner of runners) runner.finishAll();
      await Promise.all(running);
      await vi.waitFor(() => expect(runners.at(-1)!.disposed).toBe(true), { timeout: 60_000 });
      expect(runners[0]!.disposed).toBe(false);
    }
    await pool.dispose();
    expect(runners.every(({ disposed }) => disposed)).toBe(true);
  });

  it('disposes of one that is just being started', async () => {
    const [first, second] = [new HeldRunner(), new HeldRunner()];
    let load = () => {};
    const loading = new Promise<TrunkRunner>((resolve) => {
      load = () => resolve(second);
    });
    const pool = new RunnerPool(first, 2, () => loading, { startTokens: 1 });
    const running = [1, 2, 3].map((length) => pool.run(batch(length)));
    first.finishAll();
    await Promise.all(running);
    const disposing = pool.dispose();
    load();
    await disposing;
    expect([first.disposed, second.disposed]).toEqual([true, true]);
  });
});

const BUILT = existsSync(fileURLToPath(new URL('../dist/trunk-worker.js', import.meta.url)));

describe.skipIf(!BUILT)('an encoder with several threads (skipped where the package is not built)', () => {
  it('gives the same vectors to the last bit, however many there are and however texts are grouped', async () => {
    const { openEncoder: open } = (await import(new URL('../dist/open-encoder.js', import.meta.url).href)) as {
      openEncoder: typeof openEncoder;
    };
    const sentences = [
      'Die Fähre fährt im Winter zweimal am Tag. ',
      '潮は一日に二度満ちます。',
      'تفتح المكتبة أبوابها في التاسعة صباحاً. ',
      '조수는 하루에 두 번 들어온다. ',
      'समुद्र दिन में दो बार चढ़ता है। ',
      'ห้องสมุดเปิดเก้าโมง 👩‍👩‍👧 ',
    ];
    const texts = Array.from({ length: 90 }, (_, at) => sentences[at % 6]!.repeat(1 + ((at * 7) % 13)));
    let expected: Float32Array | null = null;
    for (const [threads, group] of [
      [1, 90],
      [2, 90],
      [3, 13],
      [2, 1],
    ] as const) {
      const encoder = await open({ threads });
      const groups = [];
      for (let at = 0; at < texts.length; at += group) groups.push(texts.slice(at, at + group));
      const parts = await Promise.all(groups.map((some) => encoder.encodeDocuments(some)));
      const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data)));
      expected ??= data;
      expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(expected.buffer))).toBe(0);
      await encoder.dispose();
    }
  });
});
