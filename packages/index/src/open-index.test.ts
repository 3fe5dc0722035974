import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { indexCases } from './cases/index.cases.js';
import { document, ENCODER, encode } from './fixtures.js';
import { openIndex } from './open-index.js';

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-索引 '));
});
afterAll(() => rmSync(folder, { recursive: true }));

const next = () => join(folder, 'new', `${++count}.db`);

indexCases('sqlite', () => openIndex({ file: next(), mode: 'write', encoder: ENCODER }));
indexCases('sqlite without memory', () => openIndex({ file: next(), mode: 'write', encoder: ENCODER, memoryBytes: 0 }));

// Everything is found through the partitions: the lists of a version and what stands beside them.
indexCases('sqlite with partitions', async () => {
  const index = await openIndex({ file: next(), mode: 'write', encoder: ENCODER, exhaustivePassages: 0, threads: 1 });
  await index.upsert(document('first', ['面团 dough 🍞']), encode('面团 dough 🍞'));
  await index.optimize({ retrain: true });
  await index.delete('first');
  return index;
});
