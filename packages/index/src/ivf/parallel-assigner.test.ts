import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomNumbers } from '../fixtures.js';
import { CentroidAssigner } from './centroid-assigner.js';
import type { CentroidTree } from './centroid-tree.js';
import { trainCentroids } from './k-means.js';
import { ParallelAssigner } from './parallel-assigner.js';
import { SampledRows } from './sampled-rows.js';

const DIM = 24;
const next = randomNumbers(4);
const codesOf = (rows: number) => Int8Array.from({ length: rows * DIM }, () => Math.round(next() * 60));
const parts = [900, 20_000, 1, 400, 3000].map(codesOf);

let tree: CentroidTree;
let expected: Uint32Array[];
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-ячейки '));
  const sample = SampledRows.withRoom(4000, DIM);
  sample.set(0, codesOf(4000), new Float32Array(4000).fill(0.01));
  tree = await trainCentroids(sample, 200);
  expected = parts.map((codes) => {
    const partitions = new Uint32Array(codes.length / DIM);
    new CentroidAssigner(tree).assign(codes, partitions);
    return partitions;
  });
  expect(new Set(expected[1]).size).toBeGreaterThan(100);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function assigned(threads: number, entry?: URL): Promise<Uint32Array[]> {
  const assigner = new ParallelAssigner(tree, threads, entry);
  try {
    return await Promise.all(parts.map((codes) => assigner.assign(codes)));
  } finally {
    await assigner.dispose();
  }
}

const entryOf = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name));
};

it('does without other threads where there are none', async () => {
  expect(await assigned(3, new URL('./nothing.js', import.meta.url))).toEqual(expected);
});

it.each([
  ['ends at once', ''],
  ['fails as it begins', 'throw new Error("no");'],
  [
    'ends when it is asked',
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(1));',
  ],
])('does what a thread leaves that %s', async (name, text) => {
  const entry = entryOf(`${name}.mjs`, text);
  expect(await assigned(3, entry)).toEqual(expected);
});

it('goes on when a thread has ended in between', async () => {
  const assigner = new ParallelAssigner(tree, 2, entryOf('later.mjs', 'setTimeout(() => process.exit(), 20);'));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await assigner.assign(parts[0]!)).toEqual(expected[0]);
  await assigner.dispose();
});

const BUILT = new URL('../../dist/ivf/assigner-worker.js', import.meta.url);
it.skipIf(!existsSync(fileURLToPath(BUILT)))(
  'gives each part of the work the same partitions in any thread',
  async () => {
    expect(await assigned(3, BUILT)).toEqual(expected);
  },
);
