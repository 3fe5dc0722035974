import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode, randomNumbers } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import { spawnSource } from './source-child.js';

const PHASES = ['index', 'delete', 'arrange', 'switch'] as const;
type Phase = (typeof PHASES)[number];

/** Over all phases; GLOT_KILLS asks for more. */
const KILLS = Math.ceil(Number(process.env.GLOT_KILLS ?? 4) / PHASES.length);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-этапы '));
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => join(folder, `${name}.db`);

/** Runs a phase, killed after so many milliseconds from where it begins its work. @returns whether the kill met it */
async function run(file: string, phase: Phase, killAfterMs?: number): Promise<boolean> {
  const child = spawnSource('phases.ts', [file, phase], folder);
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const closed = once(child, 'close');
  if (killAfterMs !== undefined) {
    await Promise.race([once(child.stdout!, 'data'), closed]);
    await setTimeout(killAfterMs);
    child.kill('SIGKILL');
  }
  const [code, signal] = await closed;
  if (signal === null) expect([code, output]).toEqual([0, 'begun\nended\n']);
  return signal !== null;
}

/** All that a reader can see, however the index came to be. */
async function seen(file: string): Promise<unknown> {
  const index = await openIndex({ file, mode: 'read', threads: 1 });
  try {
    expect(await index.check()).toEqual([]);
    const files = await index.ledger.files();
    const hits = async (text: string, mode: 'semantic' | 'lexical' | 'hybrid') =>
      (await index.search({ mode, text, vectors: encode(text), limit: 20 })).map(({ path, text: found, score }) => [
        path,
        found,
        score,
      ]);
    const found = [
      await hits('発酵 12 3', 'lexical'),
      await hits('العجين', 'semantic'),
      await hits('発酵 40 2', 'hybrid'),
    ];
    const documents = await index.getMany(files.map(({ path }) => path));
    return { documents: files.map(({ path }) => documents.get(path)?.passages), files, found };
  } finally {
    await index.close();
  }
}

describe('a phase that is killed again and again', () => {
  for (const [number, phase] of PHASES.entries()) {
    it(`comes to the same end as one that is not (${phase}, ${KILLS} kills)`, async () => {
      const base = at(`base ${phase}`);
      for (const before of PHASES.slice(0, number)) await run(base, before);
      const undisturbed = at(`undisturbed ${phase}`);
      if (existsSync(base)) copyFileSync(base, undisturbed);
      const started = performance.now();
      await run(undisturbed, phase);
      const duration = performance.now() - started;
      const expected = await seen(undisturbed);

      const file = at(`killed ${phase}`);
      const next = randomNumbers(30 + number);
      const fresh = () => {
        for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true });
        if (existsSync(base)) copyFileSync(base, file);
      };
      fresh();
      let journals = 0;
      for (let kills = 0; kills < KILLS; ) {
        if (await run(file, phase, Math.abs(next()) * duration * 0.7)) {
          kills += 1;
          if (existsSync(`${file}-journal`)) journals += 1;
          // Whatever the moment, the index is searched at once.
          if (existsSync(file)) await seen(file);
        } else {
          expect(await seen(file)).toEqual(expected);
          fresh();
        }
      }
      await run(file, phase);
      expect(await seen(file)).toEqual(expected);
      if (process.env.GLOT_KILLS) console.log(`${phase}: ${KILLS} kills, ${journals} left a journal to roll back`);
    }, 1_800_000);
  }
});
