import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import type { StorageProfile } from '@glot/index';
import { machine } from '../machine.js';
import { type Measurement, measureIndex, type PassageBatch } from './index-measurement.js';
import { type RealPassages, realPassages } from './real-passages.js';
import { markdown, plot, type ReportInput } from './report.js';
import { SyntheticVectors } from './synthetic-vectors.js';

/**
 * `pnpm bench:index`: measures the index at several sizes and writes eval/reports/index.{md,json,svg}. A run replaces
 * the row of the same name; the other rows stay.
 *
 * --runs   real-10k,mix-100k,mix-1m (also with -compact)   --work  folder for index files   --keep  leaves them there
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: 'real-10k,real-10k-compact,mix-10k,mix-100k,mix-100k-compact,mix-1m' },
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-index') },
    reports: { type: 'string', default: 'eval/reports' },
    data: { type: 'string', default: '../shared/data/train/qa.jsonl.gz' },
    threads: { type: 'string', default: '2' },
    queries: { type: 'string', default: '200' },
    truth: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
});

const REAL_PASSAGES = 10_000;
const BATCH = 2000;

const tell = (message: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
mkdirSync(values.work, { recursive: true });
mkdirSync(values.reports, { recursive: true });
const threads = Number(values.threads);
const encoder = await openEncoder({ threads });
const real = await realPassages(
  resolve(values.data),
  REAL_PASSAGES,
  Number(values.queries),
  encoder,
  values.work,
  tell,
);
const model = `${encoder.name} (${encoder.fingerprint.slice(0, 12)})`;
await encoder.dispose();
const synthetic = new SyntheticVectors(real.vectors);

for (const name of values.runs.split(',')) {
  const [, kind, thousands, unit, compact] = /^(real|mix)-(\d+)(k|m)(-compact)?$/.exec(name) ?? [];
  if (!kind) throw new Error(`there is no run named ${name}; write such as mix-100k or real-10k-compact`);
  const passages = Number(thousands) * (unit === 'm' ? 1_000_000 : 1000);
  const profile: StorageProfile = compact ? 'compact' : 'standard';
  const file = join(values.work, `${name}.db`);
  const truthQueries = Number(values.truth || (passages > 200_000 ? 12 : passages > 20_000 ? 40 : 200));
  const measured = await measureIndex({
    name,
    passages,
    profile,
    dim: real.vectors.dim,
    file,
    threads,
    batches: () => (kind === 'real' ? realBatches(real, passages) : mixedBatches(real, passages)),
    queries: real.queries.map((query) => ({ ...query, passage: kind === 'real' ? query.passage : null })),
    truthQueries,
    tell,
  });
  if (!values.keep) rmSync(file, { force: true });
  writeReports(measured);
}

function* realBatches({ texts, vectors }: RealPassages, passages: number): Generator<PassageBatch> {
  for (let first = 0; first < Math.min(passages, texts.length); first += BATCH) {
    const last = Math.min(first + BATCH, passages, texts.length);
    const base = vectors.offsets[first]!;
    yield {
      texts: texts.slice(first, last),
      vectors: {
        data: vectors.data.subarray(base * vectors.dim, vectors.offsets[last]! * vectors.dim),
        offsets: vectors.offsets.slice(first, last + 1).map((offset) => offset - base),
        dim: vectors.dim,
      },
    };
  }
}

function* mixedBatches({ texts }: RealPassages, passages: number): Generator<PassageBatch> {
  for (let first = 0; first < passages; first += BATCH) {
    const { vectors, sources } = synthetic.batch(first, Math.min(BATCH, passages - first));
    // Vectors are what is measured: their texts are cut short, so that words do not take most of the time.
    yield { vectors, texts: Array.from(sources, (source) => [...texts[source]!.slice(0, 80)].slice(0, -1).join('')) };
  }
}

function writeReports(measured: Measurement): void {
  const json = join(values.reports, 'index.json');
  const before = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as ReportInput).measurements : [];
  const measurements = [...before.filter(({ name }) => name !== measured.name), measured].sort(
    (a, b) => a.passages - b.passages || (a.name < b.name ? -1 : 1),
  );
  const input: ReportInput = {
    machine: machine(),
    threads,
    made: new Date().toISOString().slice(0, 10),
    model,
    measurements,
  };
  writeFileSync(json, `${JSON.stringify(input, null, 2)}\n`);
  writeFileSync(join(values.reports, 'index.svg'), plot(measurements));
  const notesFile = join(values.reports, 'index-notes.md');
  const notes = existsSync(notesFile) ? `\n${readFileSync(notesFile, 'utf8')}` : '';
  writeFileSync(join(values.reports, 'index.md'), markdown(input, notes));
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}
