import { setImmediate as turn } from 'node:timers/promises';
import type { MaxSim, TokenVectors } from '@glot/kernels';
import hnswlib from 'hnswlib-node';
import type { PeerSearch } from './peer-search.js';

const NEIGHBOURS = 16;
const BUILD_EF = 100;
/** Tokens asked for per query row; so many nodes are kept in view. */
const FOUND = [64, 256] as const;

/** A graph over all token vectors: the passages of the nearest tokens of each query row, scored exactly. */
export async function* hnswTokenSearches(
  vectors: TokenVectors,
  maxSim: MaxSim,
  tell: (message: string) => void,
): AsyncGenerator<PeerSearch> {
  const { data, offsets, dim } = vectors;
  const tokens = data.length / dim;
  const passageOf = new Uint32Array(tokens);
  for (let passage = 0; passage + 1 < offsets.length; passage += 1) {
    passageOf.fill(passage, offsets[passage], offsets[passage + 1]);
  }
  const started = performance.now();
  const graph = new hnswlib.HierarchicalNSW('ip', dim);
  graph.initIndex(tokens, NEIGHBOURS, BUILD_EF, 100);
  const row = (from: Float32Array, at: number) => Array.from(from.subarray(at * dim, (at + 1) * dim));
  for (let token = 0; token < tokens; token += 1) {
    graph.addPoint(row(data, token), token);
    if (token % 50_000 !== 0) continue;
    tell(`hnswlib: ${token} of ${tokens} tokens`);
    await turn();
  }
  const buildSeconds = (performance.now() - started) / 1000;
  for (const found of FOUND) {
    yield {
      name: `hnswlib-node over all tokens, ${found} a query row`,
      buildSeconds,
      async search(rows, limit) {
        graph.setEf(found);
        const passages = new Set<number>();
        for (let at = 0; at < rows.length / dim; at += 1) {
          for (const token of graph.searchKnn(row(rows, at), found).neighbors) passages.add(passageOf[token]!);
        }
        const candidates = [...passages];
        const scores = await maxSim.scoreFloat(rows, rows.length / dim, ...gathered(vectors, candidates));
        return [...candidates.keys()]
          .sort((a, b) => scores[b]! - scores[a]!)
          .slice(0, limit)
          .map((at) => candidates[at]!);
      },
    };
  }
}

function gathered({ data, offsets, dim }: TokenVectors, passages: readonly number[]): [Float32Array, Uint32Array] {
  const ends = new Uint32Array(passages.length + 1);
  passages.forEach((passage, at) => {
    ends[at + 1] = ends[at]! + offsets[passage + 1]! - offsets[passage]!;
  });
  const rows = new Float32Array(ends[passages.length]! * dim);
  passages.forEach((passage, at) => {
    rows.set(data.subarray(offsets[passage]! * dim, offsets[passage + 1]! * dim), ends[at]! * dim);
  });
  return [rows, ends];
}
