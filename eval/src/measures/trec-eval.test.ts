import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateRun, type RunEvaluation } from '../runs/run-evaluation.js';
import { hasSharedData, SHARED_DATA, SKIP_NOTE } from '../testing/shared-data.js';
import type { Run } from '../types.js';
import { rankedIds } from './ranking.js';
import { readTrecQrels, readTrecRun } from './trec-files.js';

const FOLDER = join(SHARED_DATA, 'ir/trec_eval');

/** trec_eval's name of a measure to ours; null for those not offered. */
function ourName(name: string, level = 1): string | null {
  const rel = level === 1 ? '' : `(rel=${level})`;
  const plain: Record<string, string> = {
    map: `AP${rel}`,
    recip_rank: `RR${rel}`,
    set_recall: `R${rel}`,
    ndcg: 'nDCG',
  };
  const [, base, k] = /^(P|recall|ndcg_cut|map_cut|success)_(\d+)$/.exec(name) ?? [];
  const cut: Record<string, string> = {
    P: `P${rel}`,
    recall: `R${rel}`,
    ndcg_cut: 'nDCG',
    map_cut: `AP${rel}`,
    success: `Success${rel}`,
  };
  return plain[name] ?? (base === undefined ? null : `${cut[base]}@${k}`);
}

/** Compares every figure of an output of trec_eval that we offer; gives back how many there were. */
async function compare(output: string, evaluate: (names: string[]) => RunEvaluation, level = 1): Promise<number> {
  const lines = (await readFile(join(FOLDER, output), 'utf8')).trim().split('\n');
  const figures = lines.flatMap((line) => {
    const [name, query, value] = line.split('\t').map((part) => part.trim());
    const ours = ourName(name!, level);
    return ours === null ? [] : [{ name: ours, query: query!, value: value! }];
  });
  const { means, perQuery } = evaluate([...new Set(figures.map(({ name }) => name))]);
  const got = figures.map((figure) => {
    const values = figure.query === 'all' ? means : perQuery.get(figure.query)!;
    return { ...figure, value: values[figure.name]!.toFixed(4) };
  });
  expect(got).toEqual(figures);
  return figures.length;
}

const files = async (qrels: string, results: string) => ({
  qrels: await readTrecQrels(join(FOLDER, qrels)),
  run: await readTrecRun(join(FOLDER, results)),
});

describe.skipIf(!hasSharedData)(`figures of trec_eval${SKIP_NOTE}`, () => {
  it.each([
    ['out.test', 'qrels.test', 'results.test', 1],
    ['out.test', 'qrels.test.with-comments', 'results.test', 1],
    ['out.comment.test', 'qrels.comment.test.gz', 'results.comment.test.gz', 1],
    ['out.test.a', 'qrels.test', 'results.test', 1],
    ['out.test.aq', 'qrels.test', 'results.test', 1],
    ['out.test.aqc', 'qrels.test', 'results.trunc', 1],
    ['out.test.aql', 'qrels.rel_level', 'results.test', 2],
    ['out.test.meas_params', 'qrels.test', 'results.test', 1],
  ])('%s is reproduced from %s and %s', async (output, qrelsFile, resultsFile, level) => {
    const { qrels, run } = await files(qrelsFile, resultsFile);
    expect(await compare(output, (names) => evaluateRun(qrels, run, names), level)).toBeGreaterThan(10);
  });

  it('out.test.aqcM is reproduced from the first 100 results of each query', async () => {
    const { qrels, run } = await files('qrels.test', 'results.trunc');
    const top: Run = new Map(
      [...run].map(([query, scores]) => [query, new Map(rankedIds(scores, 100).map((id) => [id, scores.get(id)!]))]),
    );
    expect(await compare('out.test.aqcM', (names) => evaluateRun(qrels, top, names))).toBeGreaterThan(100);
  });

  it('the files of ir_measures are read, and their rankings measured', async () => {
    const folder = join(SHARED_DATA, 'ir/ir_measures');
    const qrels = await readTrecQrels(join(folder, 'compat.qrels'));
    const run = await readTrecRun(join(folder, 'compat.run'));
    const { means, perQuery } = evaluateRun(qrels, run, ['nDCG@10', 'RR@10', 'R@1000']);
    expect([...perQuery.keys()]).toEqual(['31_1', '31_2']);
    for (const value of Object.values(means)) expect(value).toBeGreaterThan(0);
  });
});
