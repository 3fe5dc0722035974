import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { document, ENCODER, encode } from '../../fixtures.js';
import { openIndex } from '../../open-index.js';
import type { MultivectorIndex, OptimizeProgress } from '../../types.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-порядок '));
  file = join(folder, 'index.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (path = file) =>
  openIndex({ file: path, mode: 'write', encoder: ENCODER, exhaustivePassages: 20, threads: 1 });

async function answers(index: MultivectorIndex): Promise<unknown> {
  const asked = ['発酵 7', 'العجين 3', 'ขนมปัง 11'];
  return [
    (await index.stats()).partitions?.count,
    await Promise.all(asked.map((text) => index.search({ mode: 'semantic', vectors: encode(text) }))),
  ];
}

it('goes on from the partitions that an interrupted run trained, to the same end', async () => {
  const index = await open();
  for (let at = 0; at < 60; at += 1) {
    const texts = [`発酵 ${at} パン`, `العجين ${at}`, `ขนมปัง ${at} 🍞`];
    await index.upsert(document(`${at}`, texts), encode(...texts));
  }
  await index.close();
  const other = join(folder, 'other.db');
  copyFileSync(file, other);
  const undisturbed = await open(other);
  await undisturbed.optimize();
  const expected = await answers(undisturbed);
  await undisturbed.close();

  const phases: OptimizeProgress['phase'][] = [];
  const stop = new AbortController();
  const interrupted = await open();
  const compacting = interrupted.optimize({
    signal: stop.signal,
    onProgress: ({ phase }) => {
      phases.push(phase);
      // Within the training nothing is kept; from here on it is.
      if (phase === 'assign') stop.abort();
    },
  });
  await expect(compacting).rejects.toMatchObject({ name: 'AbortError' });
  expect(phases).toContain('train');
  expect(await interrupted.check()).toEqual([]);
  await interrupted.close();

  phases.length = 0;
  const again = await open();
  expect(await again.optimize({ onProgress: ({ phase }) => phases.push(phase) })).toMatchObject({
    partitions: 'trained',
  });
  expect(phases).not.toContain('train');
  expect(await answers(again)).toEqual(expected);
  expect(await again.check()).toEqual([]);
  await again.close();
  const db = new Database(file);
  expect(db.prepare('SELECT count(*) FROM generation_block WHERE generation = -1').pluck().get()).toBe(0);
  db.close();
});
