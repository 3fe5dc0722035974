// How hybrid search fuses its two sides: the figures behind packages/index/src/fusion.ts and eval/reports/fusion.md.
// node eval/studies/fusion.mjs DIR... (BEIR folders; needs the build). Prints nDCG@10 per data set and variant.

import { openEncoder } from '../../packages/encoder/dist/index.js';
import { attainableScore } from '../../packages/index/dist/fusion.js';
import { wordsOf } from '../../packages/text/dist/index.js';
import { evaluateDataset, evaluateRun, loadBeirDataset, passageText } from '../dist/index.js';

const sorted = (run) => [...run].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score);

/** Reciprocal ranks, the lexical side weighted. */
const byRanks =
  (weight, k = 60) =>
  (semantic, lexical) => {
    const fused = new Map();
    for (const [i, { id }] of semantic.entries()) fused.set(id, (fused.get(id) ?? 0) + 1 / (k + i + 1));
    for (const [i, { id }] of lexical.entries()) fused.set(id, (fused.get(id) ?? 0) + weight / (k + i + 1));
    return fused;
  };

/** MaxSim in standard deviations, plus the share of the attainable BM25. */
const byCoverage = (weight, power) => (semantic, lexical, attainable) => {
  const mean = semantic.reduce((sum, { score }) => sum + score, 0) / semantic.length;
  const variance = semantic.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) / semantic.length;
  const deviation = Math.sqrt(variance) || 1;
  const fused = new Map(semantic.map(({ id, score }) => [id, score / deviation]));
  const lowest = semantic.at(-1).score / deviation;
  for (const { id, score } of lexical) {
    fused.set(id, (fused.get(id) ?? lowest) + weight * Math.min(1, score / attainable) ** power);
  }
  return fused;
};

const variants = {
  lexical: (_, lexical) => new Map(lexical.map(({ id, score }) => [id, score])),
  semantic: (semantic) => new Map(semantic.map(({ id, score }) => [id, score])),
  'ranks, weight 1': byRanks(1),
  'ranks, weight 2': byRanks(2),
  'ranks, weight 1, k 10': byRanks(1, 10),
  'coverage 20, power 1': byCoverage(20, 1),
  'coverage 30, power 1': byCoverage(30, 1),
  'coverage 20, power 1.5': byCoverage(20, 1.5),
  'coverage 30, power 1.5': byCoverage(30, 1.5),
  'coverage 40, power 1.5': byCoverage(40, 1.5),
  'coverage 30, power 2': byCoverage(30, 2),
};

const encoder = await openEncoder();
for (const dir of process.argv.slice(2)) {
  const dataset = await loadBeirDataset(dir);
  const runs = {};
  await evaluateDataset(dir, {
    encoder,
    modes: ['lexical', 'semantic'],
    onRun: (mode, run) => Object.assign(runs, { [mode]: run }),
  });
  const holders = new Map();
  for (const passage of dataset.passages) {
    for (const word of new Set(wordsOf(passageText(passage)))) holders.set(word, (holders.get(word) ?? 0) + 1);
  }
  for (const [name, fuse] of Object.entries(variants)) {
    const run = new Map();
    for (const query of dataset.queries) {
      const counts = [...new Set(wordsOf(query.text))].map((word) => holders.get(word) ?? 0);
      const attainable = attainableScore(counts, dataset.passages.length);
      const sides = [runs.semantic, runs.lexical].map((side) => sorted(side.get(query.id) ?? new Map()));
      run.set(query.id, fuse(sides[0], sides[1], attainable));
    }
    const { means } = evaluateRun(dataset.qrels, run, ['nDCG@10']);
    process.stdout.write(`${dataset.name}\t${name}\t${means['nDCG@10'].toFixed(4)}\n`);
  }
}
await encoder.dispose();
