import { throwIfAborted } from '@glot/errors';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import type { TieOrder } from '../../ranking/fusion.js';
import type { PassageVectors } from '../vectors/passage-vectors.js';
import { rescoreCandidates } from '../vectors/rescoring.js';
import type { IvfSearch } from './ivf-search.js';

export interface ProbeSettings {
  /** Partitions per query row. */
  readonly nprobe: number;
  /** Passages to score by all their centroids, of which as many are scored exactly as may be among the best. */
  readonly depth: number;
}

/** The narrower, the faster; in the order of their cost. */
const LADDER: readonly ProbeSettings[] = [
  { nprobe: 32, depth: 1536 },
  { nprobe: 48, depth: 2048 },
  { nprobe: 48, depth: 3072 },
  { nprobe: 64, depth: 4096 },
  { nprobe: 64, depth: 6144 },
  { nprobe: 96, depth: 20_480 },
];

export const DEFAULT_PROBE: ProbeSettings = { nprobe: 48, depth: 2048 };

/** What stands for the truth: far wider than any setting. */
const REFERENCE: ProbeSettings = { nprobe: 256, depth: 49_152 };

const QUERIES = 32;
const QUERY_ROWS = 24;
const HITS = 10;

/** Candidates of the reference that are scored exactly in any case; as many more as may be among its best. */
const REFERENCE_SCORED = 256;

/**
 * Of the reference's hits, the share that a setting must give. Real questions keep more: 0.994 where these queries keep
 * 0.988 (a million passages, eval/reports/index-notes.md).
 */
const WANTED_SHARE = 0.985;

export interface Tuning extends ProbeSettings {
  /** Per setting of the ladder up to the one that serves, the mean share of the reference's ten hits among its candidates. */
  readonly curve: readonly { readonly nprobe: number; readonly depth: number; readonly share: number }[];
}

/**
 * Finds the narrowest settings that lose next to nothing. Its queries are made of stored rows of two passages, with
 * noise: harder than most real ones, whose rows mean one thing.
 */
export async function tuneProbes(
  ids: Float64Array,
  search: IvfSearch,
  vectors: PassageVectors,
  maxSim: MaxSim,
  order: TieOrder,
  {
    signal,
    onQuery,
  }: { readonly signal?: AbortSignal | undefined; readonly onQuery?: (done: number, total: number) => void },
): Promise<Tuning> {
  const asked: { readonly query: TokenVectors; readonly truth: readonly number[] }[] = [];
  let wanted = 0;
  for (let number = 0; number < QUERIES; number += 1) {
    throwIfAborted(signal);
    const query = queryOf(ids, number, vectors);
    const wide = query && (await search.candidates({ query, limit: HITS, eligible: null, settings: REFERENCE }));
    if (wide) {
      const ranking = {
        query,
        vectors,
        maxSim,
        depth: REFERENCE_SCORED,
        settled: HITS,
        scores: new Map(),
        order,
        signal,
      };
      const truth = (await rescoreCandidates(wide, [], ranking)).slice(0, HITS).map(({ passageId }) => passageId);
      asked.push({ query, truth });
      wanted += truth.length;
    }
    onQuery?.(number + 1, QUERIES);
  }
  const curve: Tuning['curve'][number][] = [];
  for (const settings of LADDER) {
    let hits = 0;
    for (const { query, truth } of asked) {
      throwIfAborted(signal);
      const candidates = await search.candidates({ query, limit: HITS, eligible: null, settings });
      const found = new Set(candidates?.map(({ passageId }) => passageId));
      for (const passageId of truth) if (found.has(passageId)) hits += 1;
    }
    curve.push({ ...settings, share: wanted === 0 ? 1 : hits / wanted });
    if (curve.at(-1)!.share >= WANTED_SHARE) break;
  }
  const { nprobe, depth } = curve.at(-1)!;
  return { nprobe, depth, curve };
}

function queryOf(ids: Float64Array, number: number, vectors: PassageVectors) {
  const { dim } = vectors;
  const data = new Float32Array(QUERY_ROWS * dim);
  const random = sequence(number + 1);
  for (let row = 0; row < QUERY_ROWS; ) {
    const stored = vectors.get(ids[Math.floor(random() * ids.length)]!);
    if (!stored || stored.rows === 0) return null;
    const rows = vectors.decoded(stored);
    for (const end = row + QUERY_ROWS / 2; row < end; row += 1) {
      const from = Math.floor(random() * stored.rows) * dim;
      let square = 0;
      for (let k = 0; k < dim; k += 1) {
        // About half as long as the row itself.
        const value = rows[from + k]! + ((random() + random() + random() - 1.5) / Math.sqrt(dim)) * 1.0;
        data[row * dim + k] = value;
        square += value * value;
      }
      const norm = Math.sqrt(square) || 1;
      for (let k = 0; k < dim; k += 1) data[row * dim + k]! /= norm;
    }
  }
  return { data, offsets: Uint32Array.of(0, QUERY_ROWS), dim };
}

/** Mulberry32, 0 .. 1: the same index tunes to the same settings. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
