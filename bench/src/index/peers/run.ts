import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import { openIndex } from '@glot/index';
import { createMaxSim, sliceTexts } from '@glot/kernels';
import { machine } from '../../machine.js';
import { percentile } from '../../quantiles.js';
import { documentOf } from '../passage-documents.js';
import { type RealPassages, realPassages } from '../real-passages.js';
import { hnswTokenSearches } from './hnsw-tokens.js';
import { lanceDbSearches } from './lancedb.js';
import type { PeerSearch } from './peer-search.js';

/**
 * `pnpm bench:index-peers`: the same 10,000 passages and questions in glot, in LanceDB and in a graph over all tokens,
 * against exhaustive f32 search; writes eval/reports/index-peers.{md,json}.
 */
const { values } = parseArgs({
  options: {
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-index') },
    reports: { type: 'string', default: 'eval/reports' },
    data: { type: 'string', default: '../shared/data/train/qa.jsonl.gz' },
    passages: { type: 'string', default: '10000' },
    queries: { type: 'string', default: '100' },
    threads: { type: 'string', default: '2' },
  },
});
const HITS = 10;
const WARM = 5;
const tell = (message: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
const threads = Number(values.threads);
mkdirSync(values.work, { recursive: true });
const encoder = await openEncoder({ threads });
const real = await realPassages(
  resolve(values.data),
  Number(values.passages),
  Number(values.queries),
  encoder,
  values.work,
  tell,
);
await encoder.dispose();
const { vectors, queries } = real;
const maxSim = await createMaxSim({ dim: vectors.dim, threads });
const truth = await Promise.all(queries.map(({ rows }) => exhaustive(rows, HITS)));

const results: { name: string; buildSeconds: number; overlapAt10: number; p50Ms: number; p95Ms: number }[] = [];
for await (const peer of searches()) {
  for (const { rows } of queries.slice(0, WARM)) await peer.search(rows, HITS);
  let common = 0;
  const took: number[] = [];
  for (const [at, { rows }] of queries.entries()) {
    const started = performance.now();
    const found = await peer.search(rows, HITS);
    took.push(performance.now() - started);
    common += found.filter((passage) => truth[at]!.includes(passage)).length;
  }
  results.push({
    name: peer.name,
    buildSeconds: peer.buildSeconds,
    overlapAt10: common / (HITS * queries.length),
    p50Ms: percentile(took, 0.5),
    p95Ms: percentile(took, 0.95),
  });
  tell(JSON.stringify(results.at(-1)));
}
await maxSim.dispose();
write();

async function* searches(): AsyncGenerator<PeerSearch> {
  yield { name: 'exhaustive f32 (glot kernels)', buildSeconds: 0, search: exhaustive };
  yield* glotSearches(real);
  yield* lanceDbSearches(values.work, vectors);
  yield* hnswTokenSearches(vectors, maxSim, tell);
}

async function exhaustive(rows: Float32Array, limit: number): Promise<number[]> {
  const scores = await maxSim.scoreFloat(rows, rows.length / vectors.dim, vectors.data, vectors.offsets);
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, limit);
}

async function* glotSearches({ texts }: RealPassages): AsyncGenerator<PeerSearch> {
  for (const profile of ['standard', 'compact'] as const) {
    const file = join(values.work, `peers-${profile}.db`);
    rmSync(file, { force: true });
    const identity = { name: 'bench', fingerprint: 'be'.repeat(32), dim: vectors.dim };
    const started = performance.now();
    const index = await openIndex({ file, mode: 'write', encoder: identity, threads, profile });
    for (let first = 0; first < texts.length; first += 50) {
      const some = texts.slice(first, first + 50);
      await index.upsert(
        documentOf(`${String(first).padStart(9, '0')}.md`, some),
        sliceTexts(vectors, first, some.length),
      );
    }
    await index.optimize();
    const buildSeconds = (performance.now() - started) / 1000;
    yield {
      name: `glot, ${profile}`,
      buildSeconds,
      async search(rows, limit) {
        const query = { data: rows, offsets: Uint32Array.of(0, rows.length / vectors.dim), dim: vectors.dim };
        const hits = await index.search({ mode: 'semantic', vectors: query, limit });
        return hits.map(({ passageId }) => Number(passageId) - 1);
      },
    };
    await index.close();
    rmSync(file, { force: true });
  }
}

function write(): void {
  const made = new Date().toISOString().slice(0, 10);
  const rows = results.map(
    (r) =>
      `| ${r.name} | ${r.overlapAt10.toFixed(3)} | ${r.p50Ms.toFixed(1)} | ${r.p95Ms.toFixed(1)} | ${r.buildSeconds.toFixed(0)} |`,
  );
  const text = `# The index beside others

Made by \`pnpm bench:index-peers\` on ${machine()}, ${threads} compute threads, ${made}: ${values.passages} passages of about 60 tokens in eleven languages, ${queries.length} questions, token vectors of the embedded model. overlap@10 is with exhaustive f32 search. LanceDB takes the threads it wants; hnswlib-node searches in one.

| search | overlap@10 | p50 ms | p95 ms | build s |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  writeFileSync(join(values.reports, 'index-peers.md'), text);
  const json = {
    machine: machine(),
    threads,
    made,
    passages: Number(values.passages),
    queries: queries.length,
    results,
  };
  writeFileSync(join(values.reports, 'index-peers.json'), `${JSON.stringify(json, null, 2)}\n`);
}
