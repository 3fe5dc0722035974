// How hybrid search weighs its two sides: finds the weights of packages/index/src/ranking/evidence.ts (eval/reports/fusion.md).
// pnpm tune:fusion DIR... (BEIR folders, each in one language; needs the build). Every question of a folder is also asked of
// the next one, where nothing answers it. Prints the weights that predict best what answers, and what they give.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBeirDataset, passageText } from '@glot/eval';
import { openEncoder } from '../../packages/encoder/dist/index.js';
import { openIndex } from '../../packages/index/dist/index.js';
import { sideWeights, WEIGHTS } from '../../packages/index/dist/ranking/evidence.js';
import { readingOf } from '../../packages/rag/dist/index.js';
import { wordsOf } from '../../packages/text/dist/index.js';
import { detectLanguage } from '../../packages/text/dist/language/index.js';

const QUESTIONS = 200;
const STRANGERS = 40;
const DEPTH = 20;

const folders = process.argv.slice(2);
if (folders.length < 2) throw new Error('name at least two BEIR folders');
const encoder = await openEncoder(process.env.GLOT_MODEL ? { model: process.env.GLOT_MODEL } : {});
const scratch = await mkdtemp(join(tmpdir(), 'glot-fusion-'));
const datasets = [];
for (const folder of folders) datasets.push(await loadBeirDataset(folder));

/** What the sides say of the best passages of a question, before it is weighed. */
async function candidates(index, text) {
  const vectors = await encoder.encodeQueries([text]);
  const reading = readingOf(encoder, text);
  const hits = await index.search({ mode: 'hybrid', limit: DEPTH, text, vectors, ...(reading && { reading }) });
  const trust = (1 - (reading?.unread ?? 0)) ** 4;
  const few = sideWeights({ words: new Set(wordsOf(text)).size, foreign: 0 }, 1).lexical / WEIGHTS.lexical;
  return hits.map(({ path, parts }) => {
    const coverage = parts.lexical / (few * WEIGHTS.lexical + WEIGHTS.lexicalAlone * (1 - trust));
    return { path, features: [1, parts.semantic / WEIGHTS.semantic, few * coverage, (1 - trust) * coverage] };
  });
}

const rows = [];
for (const [at, dataset] of datasets.entries()) {
  const { name, fingerprint, dim } = encoder;
  const index = await openIndex({
    file: join(scratch, `${at}.db`),
    mode: 'write',
    encoder: { name, fingerprint, dim },
  });
  for (let first = 0; first < dataset.passages.length; first += 64) {
    const some = dataset.passages.slice(first, first + 64);
    const texts = some.map(passageText);
    const vectors = await encoder.encodeDocuments(texts);
    const { data, offsets } = vectors;
    await index.write(
      some.map(({ id }, k) => {
        const text = texts[k];
        const lang = detectLanguage(text);
        const document = { path: id, contentHash: '', sizeBytes: 0, modifiedMs: 0, format: 'text', title: null, lang };
        const passage = { text, start: 0, end: text.length, headings: [], page: null, lines: null, lang };
        const own = data.slice(offsets[k] * dim, offsets[k + 1] * dim);
        return {
          kind: 'upsert',
          document: { ...document, meta: {}, text, passages: [passage] },
          vectors: { data: own, offsets: Uint32Array.of(0, own.length / dim), dim },
        };
      }),
    );
  }
  const every = Math.max(1, Math.floor(dataset.queries.length / QUESTIONS));
  const own = dataset.queries.filter((_, k) => k % every === 0).slice(0, QUESTIONS);
  for (const { id, text } of own) {
    const right = dataset.qrels.get(id) ?? new Map();
    const found = await candidates(index, text);
    rows.push({
      set: dataset.name,
      stranger: false,
      found: found.map((one) => ({ ...one, answers: right.get(one.path) > 0 })),
    });
  }
  const next = datasets[(at + 1) % datasets.length];
  for (const { text } of next.queries.slice(0, STRANGERS)) {
    const found = await candidates(index, text);
    rows.push({ set: dataset.name, stranger: true, found: found.map((one) => ({ ...one, answers: false })) });
  }
  await index.close();
}
await encoder.dispose();
await rm(scratch, { recursive: true, force: true });

// Logistic regression by Newton's method; strangers' questions count for less, being made up.
const logOdds = (weights, features) => features.reduce((sum, value, k) => sum + value * weights[k], 0);
const share = (value) => 1 / (1 + Math.exp(-value));
// What the folders do not tell stays as it is.
const before = [WEIGHTS.base, WEIGHTS.semantic, WEIGHTS.lexical, WEIGHTS.lexicalAlone];
let weights = before;
for (let round = 0; round < 50; round += 1) {
  const gradient = weights.map((value, k) => before[k] - value);
  const curvature = weights.map((_, k) => weights.map((__, l) => (k === l ? 1 : 0)));
  for (const { stranger, found } of rows) {
    for (const { features, answers } of found) {
      const weight = stranger ? 0.3 : 1;
      const said = share(logOdds(weights, features));
      for (const [k, value] of features.entries()) {
        gradient[k] += weight * ((answers ? 1 : 0) - said) * value;
        for (const [l, other] of features.entries()) curvature[k][l] += weight * said * (1 - said) * value * other;
      }
    }
  }
  const step = solved(curvature, gradient);
  const length = Math.max(...step.map(Math.abs));
  weights = weights.map((value, k) => value + step[k] * Math.min(1, 2 / length));
  if (length < 1e-6) break;
}

function solved(matrix, right) {
  const rowsOf = matrix.map((row, k) => [...row, right[k]]);
  for (const [k, row] of rowsOf.entries()) {
    for (const [l, other] of rowsOf.entries()) {
      if (l === k) continue;
      const factor = other[k] / row[k];
      for (const [m, value] of row.entries()) other[m] -= factor * value;
    }
  }
  return rowsOf.map((row, k) => row.at(-1) / row[k]);
}

const [base, semantic, lexical, lexicalAlone] = weights.map((value) => Number(value.toPrecision(3)));
process.stdout.write(`${JSON.stringify({ base, semantic, lexical, lexicalAlone }, null, 2)}\n`);
const best = ({ found }) => Math.max(0, ...found.map(({ features }) => share(logOdds(weights, features))));
const quantile = (values, part) => values.sort((a, b) => a - b)[Math.floor(part * (values.length - 1))] ?? 0;
for (const { name } of datasets) {
  const of = (stranger) => rows.filter((row) => row.set === name && row.stranger === stranger).map(best);
  const [own, strange] = [of(false), of(true)];
  const figures = [quantile(own, 0.01), quantile(own, 0.5), quantile(strange, 0.5), quantile(strange, 0.95)];
  process.stdout.write(
    `${name}\tbest hit: own 1 %, median, strangers median, 95 %\t${figures.map((v) => v.toFixed(3)).join('\t')}\n`,
  );
}
