import { rmSync, statSync } from 'node:fs';
import { throwIfAborted } from '@glot/errors';
import { type MultivectorIndex, openIndex, type StorageProfile } from '@glot/index';
import { createMaxSim, type MaxSim, sliceTexts, type TokenVectors } from '@glot/kernels';
import { percentile } from '../quantiles.js';
import { documentOf } from './passage-documents.js';

/** A batch of passages with their vectors; one document each. */
export interface PassageBatch {
  readonly texts: readonly string[];
  readonly vectors: TokenVectors;
}

export interface MeasurementPlan {
  readonly name: string;
  readonly passages: number;
  readonly profile: StorageProfile;
  readonly dim: number;
  readonly file: string;
  readonly threads: number;
  batches(): Generator<PassageBatch>;
  readonly queries: readonly { readonly text: string; readonly rows: Float32Array; readonly passage: number | null }[];
  /** Queries whose truth is computed by exhaustive f32 search. */
  readonly truthQueries: number;
  readonly signal?: AbortSignal | undefined;
  readonly tell: (message: string) => void;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface Measurement extends Latency {
  readonly name: string;
  readonly profile: StorageProfile;
  readonly passages: number;
  readonly tokens: number;
  readonly overlapAt10: number;
  /** The first hit of f32 is the first hit here. */
  readonly sameFirst: number;
  readonly truthQueries: number;
  readonly fourAtOnce: Latency;
  readonly hybrid: Latency;
  /** Of judged queries; null where none are. */
  readonly ndcgAt10: number | null;
  readonly ndcgAt10Exhaustive: number | null;
  /** Of the stored vectors: codes, scales. */
  readonly bytesPerToken: number;
  readonly fileBytes: number;
  readonly insertSeconds: number;
  readonly compactSeconds: number;
  readonly buildSeconds: number;
  readonly peakRssMB: number;
  readonly addOneMs: number;
  readonly deleteOneMs: number;
  readonly openAndFirstQueryMs: number;
  readonly cells: { readonly count: number; readonly probeCells: number; readonly depth: number } | null;
}

const HITS = 10;
const CHANGES = 15;
/** Passages of one document: what a long page has. */
const DOCUMENT_PASSAGES = 50;

export async function measureIndex(plan: MeasurementPlan): Promise<Measurement> {
  const { passages, dim, file, threads, tell } = plan;
  const encoder = { name: 'bench', fingerprint: 'be'.repeat(32), dim };
  for (const suffix of ['', '-wal', '-shm', '.writer']) rmSync(`${file}${suffix}`, { force: true });
  const options = { file, encoder, threads, profile: plan.profile } as const;
  const maxSim = await createMaxSim({ dim, threads });
  const truth = new Truth(maxSim, plan);
  const memory = new PeakMemory();
  let insertMs = 0;
  let compactMs = 0;
  let tokens = 0;
  let index: MultivectorIndex = await openIndex({ ...options, mode: 'write' });
  let stored = 0;
  const timed = async <T>(action: () => T | Promise<T>): Promise<[T, number]> => {
    const start = performance.now();
    const result = await action();
    return [result, performance.now() - start];
  };
  for (const batch of plan.batches()) {
    throwIfAborted(plan.signal);
    await truth.add(stored, batch.vectors);
    const [, ms] = await timed(async () => {
      for (let first = 0; first < batch.texts.length; first += DOCUMENT_PASSAGES) {
        const texts = batch.texts.slice(first, first + DOCUMENT_PASSAGES);
        const vectors = sliceTexts(batch.vectors, first, texts.length);
        await index.upsert(documentOf(`bench/${String(stored + first).padStart(9, '0')}.md`, texts), vectors);
      }
    });
    insertMs += ms;
    tokens += batch.vectors.data.length / dim;
    const before = stored;
    stored += batch.texts.length;
    // The codebook first, as a compact index does once there are passages enough.
    if (plan.profile === 'compact' && before < 20_000 && stored >= Math.min(20_000, passages)) {
      const [, early] = await timed(() => index.optimize());
      compactMs += early;
    }
    memory.look();
    tell(`${plan.name}: ${stored} of ${passages} passages stored`);
  }
  const [report, ms] = await timed(() =>
    index.optimize({
      onProgress: ({ phase, done, total }) => {
        memory.look();
        if (done % Math.max(1, Math.floor(total / 10)) === 0) tell(`${plan.name}: ${phase} ${done} of ${total}`);
      },
    }),
  );
  compactMs += ms;
  tell(`${plan.name}: partitions ${report.partitions}`);
  await index.close();
  memory.look();

  const [opened, openMs] = await timed(async () => {
    const reader = await openIndex({ file, mode: 'read', threads });
    await semantic(reader, plan.queries[0]!.rows, dim);
    return reader;
  });
  for (const query of plan.queries.slice(0, 10)) await semantic(opened, query.rows, dim);
  const latencies: number[] = [];
  const answers: number[][] = [];
  for (const query of plan.queries) {
    const [hits, took] = await timed(() => semantic(opened, query.rows, dim));
    latencies.push(took);
    answers.push(hits.map(({ passageId }) => Number(passageId) - 1));
  }
  tell(`${plan.name}: p50 ${percentile(latencies, 0.5).toFixed(1)} ms`);
  const four = await fourAtOnce(opened, plan);
  const hybrid: number[] = [];
  for (const { text, rows } of plan.queries.slice(0, 50)) {
    const vectors = { data: rows, offsets: Uint32Array.of(0, rows.length / dim), dim };
    hybrid.push((await timed(() => opened.search({ mode: 'hybrid', text, vectors, limit: HITS })))[1]);
  }
  memory.look();
  const stats = await opened.stats();
  await opened.close();

  index = await openIndex({ ...options, mode: 'write' });
  const { addMs, deleteMs } = await measureChanges(index, plan);
  memory.look();
  await index.close();
  await maxSim.dispose();
  const quality = truth.compare(answers);
  return {
    name: plan.name,
    profile: plan.profile,
    passages,
    tokens,
    ...quality,
    ...latencyOf(latencies),
    fourAtOnce: latencyOf(four),
    hybrid: latencyOf(hybrid),
    bytesPerToken: plan.profile === 'compact' ? 2 + Math.ceil(dim / 2) + 4 : dim + 4,
    fileBytes: statSync(file).size,
    insertSeconds: insertMs / 1000,
    compactSeconds: compactMs / 1000,
    buildSeconds: (insertMs + compactMs) / 1000,
    peakRssMB: memory.peak / 2 ** 20,
    addOneMs: percentile(addMs, 0.5),
    deleteOneMs: percentile(deleteMs, 0.5),
    openAndFirstQueryMs: openMs,
    cells: stats.partitions && {
      count: stats.partitions.count,
      probeCells: stats.partitions.nprobe,
      depth: stats.partitions.depth,
    },
  };
}

function semantic(index: MultivectorIndex, rows: Float32Array, dim: number) {
  const vectors = { data: rows, offsets: Uint32Array.of(0, rows.length / dim), dim };
  return index.search({ mode: 'semantic', vectors, limit: HITS });
}

// Latency of each query while three others run.
async function fourAtOnce(index: MultivectorIndex, plan: MeasurementPlan): Promise<number[]> {
  const latencies: number[] = [];
  const waiting = plan.queries.slice(0, 100);
  const one = async () => {
    for (let query = waiting.pop(); query; query = waiting.pop()) {
      const start = performance.now();
      await semantic(index, query.rows, plan.dim);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all([one(), one(), one(), one()]);
  return latencies;
}

// One document with one passage each time; it must be found on return.
async function measureChanges(index: MultivectorIndex, { dim, queries }: MeasurementPlan) {
  const addMs: number[] = [];
  const deleteMs: number[] = [];
  await semantic(index, queries[0]!.rows, dim);
  for (let change = 0; change < CHANGES; change += 1) {
    const rows = queries[change % queries.length]!.rows;
    const vectors = { data: rows, offsets: Uint32Array.of(0, rows.length / dim), dim };
    const path = `bench/added ${change}.md`;
    let start = performance.now();
    await index.upsert(documentOf(path, ['an added passage']), vectors);
    addMs.push(performance.now() - start);
    if ((await semantic(index, rows, dim))[0]?.path !== path) {
      throw new Error(`the document ${path} was added but is not found`);
    }
    start = performance.now();
    await index.delete(path);
    deleteMs.push(performance.now() - start);
    if ((await semantic(index, rows, dim))[0]?.path === path) {
      throw new Error(`the document ${path} was deleted but is found`);
    }
  }
  return { addMs, deleteMs };
}

/** Exhaustive f32 scores, batch by batch while the passages go by. */
class Truth {
  readonly #maxSim: MaxSim;
  readonly #plan: MeasurementPlan;
  readonly #best: { passage: number; score: number }[][];

  constructor(maxSim: MaxSim, plan: MeasurementPlan) {
    this.#maxSim = maxSim;
    this.#plan = plan;
    this.#best = plan.queries.slice(0, plan.truthQueries).map(() => []);
  }

  async add(first: number, vectors: TokenVectors): Promise<void> {
    const { queries, dim } = this.#plan;
    for (const [at, best] of this.#best.entries()) {
      const { rows } = queries[at]!;
      const scores = await this.#maxSim.scoreFloat(rows, rows.length / dim, vectors.data, vectors.offsets);
      let least = best.length < HITS ? -Infinity : best.at(-1)!.score;
      scores.forEach((score, passage) => {
        if (score <= least) return;
        best.push({ passage: first + passage, score });
        best.sort((a, b) => b.score - a.score || a.passage - b.passage);
        best.length = Math.min(best.length, HITS);
        least = best.length < HITS ? -Infinity : best.at(-1)!.score;
      });
    }
  }

  compare(answers: readonly (readonly number[])[]) {
    const { queries } = this.#plan;
    let common = 0;
    let same = 0;
    const judged = queries.map(({ passage }) => passage);
    let ndcg = 0;
    let ndcgTruth = 0;
    let count = 0;
    for (const [at, best] of this.#best.entries()) {
      const answer = answers[at]!;
      const passages = best.map(({ passage }) => passage);
      common += passages.filter((passage) => answer.includes(passage)).length / Math.max(1, passages.length);
      if (answer[0] === passages[0]) same += 1;
      const wanted = judged[at];
      if (wanted === null || wanted === undefined) continue;
      count += 1;
      ndcg += gain(answer.indexOf(wanted));
      ndcgTruth += gain(passages.indexOf(wanted));
    }
    const total = this.#best.length;
    return {
      overlapAt10: common / total,
      sameFirst: same / total,
      truthQueries: total,
      ndcgAt10: count === 0 ? null : ndcg / count,
      ndcgAt10Exhaustive: count === 0 ? null : ndcgTruth / count,
    };
  }
}

// With one relevant passage the ideal is 1.
function gain(rank: number): number {
  return rank < 0 ? 0 : 1 / Math.log2(rank + 2);
}

class PeakMemory {
  peak = 0;
  look(): void {
    this.peak = Math.max(this.peak, process.memoryUsage.rss());
  }
}

function latencyOf(values: readonly number[]): Latency {
  return { p50Ms: percentile(values, 0.5), p95Ms: percentile(values, 0.95), p99Ms: percentile(values, 0.99) };
}
