import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededNumbers } from '@glot/testing';
import { afterAll, expect, it } from 'vitest';
import { createReader } from './reader.js';

/** As many damaged files as are read; `GLOT_MUTATIONS=2000` for a thorough run (about four minutes). */
const MUTATIONS = Number(process.env.GLOT_MUTATIONS ?? 60);
const SOURCES = ['../../../fixtures/corpus', '../../../../shared/data/messy', '../../../../shared/cases/ingest/files'];

const folder = mkdtempSync(join(tmpdir(), 'glot-mutated-'));
const reader = createReader({ limits: { parseTimeoutMs: 20_000, parseMemoryMegabytes: 256 } });
afterAll(async () => {
  await reader.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes changed, a stretch lost, doubled or filled with one byte, or the end cut off. */
function mutated(bytes: Buffer, next: () => number): Buffer {
  const at = (limit: number): number => Math.floor(next() * limit);
  let result = Buffer.from(bytes);
  for (let round = 1 + at(4); round > 0; round -= 1) {
    const from = at(result.length);
    const to = Math.min(result.length, from + 1 + at(200));
    switch (at(5)) {
      case 0:
        for (let n = 1 + at(20); n > 0; n -= 1) result[at(result.length)] = at(256);
        break;
      case 1:
        result = Buffer.concat([result.subarray(0, from), result.subarray(to)]);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, to), result.subarray(from)]);
        break;
      case 3:
        result.fill(at(256), from, to);
        break;
      default:
        if (next() < 0.3) result = result.subarray(0, from + 1);
    }
    if (result.length === 0) return Buffer.from([0]);
  }
  return result;
}

const files = SOURCES.flatMap((source) => {
  const path = fileURLToPath(new URL(source, import.meta.url));
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.map((entry) => join(entry.parentPath, entry.name));
  } catch {
    console.warn(`skipped: damaged files of ${source}, which is not here`);
    return [];
  }
}).sort();

it(
  `reads or refuses ${MUTATIONS} damaged files, each with a reason, and goes on`,
  async () => {
    for (let seed = 0; seed < MUTATIONS; seed += 1) {
      const next = seededNumbers(seed);
      const source = files[Math.floor(next() * files.length)]!;
      const bytes = mutated(readFileSync(source), next);
      const path = join(folder, `${seed}${extname(source)}`);
      writeFileSync(path, bytes);
      const outcome = await reader.read({
        path,
        absolutePath: path,
        sizeBytes: bytes.length,
        modifiedMs: 0,
        changedMs: 0,
      });
      const told = `seed ${seed}, ${source}`;
      if (outcome.status === 'read') {
        const { text, passages } = outcome.document;
        for (const passage of passages) expect(text.slice(passage.start, passage.end), told).toBe(passage.text);
      } else {
        expect(outcome.skipped.detail, told).not.toBe('');
        expect(outcome.skipped.reason, told).not.toBe('timeout');
      }
      rmSync(path);
    }
  },
  MUTATIONS * 20_000,
);
