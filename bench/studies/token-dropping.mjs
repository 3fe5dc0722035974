/**
 * What storing fewer rows of a passage costs: nDCG@10 of exact MaxSim over the best 32 candidates of each question, where a
 * share of all rows is dropped, those first that the rest of their passage can best stand in for.
 *
 * redundancy: a row costs 1 - its product with the nearest row that stays.
 * voronoi: a row costs what rows of training questions lose without it, those to which it is the nearest.
 *
 * node bench/studies/token-dropping.mjs [SETS, arcd-test,faquad-dev] [SHARES] [CACHE FOLDER] [QUESTIONS A SET]  (after pnpm build)
 */
import { existsSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readLines } from '@glot/eval';
import { candidates, dim, dispose, encoder, floats, folders, load, ndcg, put } from './cached-sets.mjs';

const QUESTIONS = ['train/qa.jsonl.gz', 'train/qa-es-it.jsonl.gz', 'train2/qa.jsonl.gz'];
const QUESTIONS_A_LANGUAGE = 120;
const SAMPLE = 1024;
/** Marker rows in front stay. */
const PROTECTED = 1;

const sets = (process.argv[2] ?? 'arcd-test,cmrc2018-dev-third,faquad-dev').split(',');
const shares = (process.argv[3] ?? '0.2,0.3').split(',').map(Number);
const cache = process.argv[4] ?? join(tmpdir(), 'glot-row-bits');
const questions = Number(process.argv[5] ?? 300);

async function sampleOfQuestionRows() {
  const file = join(cache, 'question-rows');
  if (!existsSync(file)) {
    const texts = [];
    for (const name of QUESTIONS) {
      const seen = new Map();
      for await (const { text } of readLines(join('../shared/data', name))) {
        const { lang, question } = JSON.parse(text);
        seen.set(lang, (seen.get(lang) ?? 0) + 1);
        if (seen.get(lang) % 7 === 1 && seen.get(lang) <= 7 * QUESTIONS_A_LANGUAGE) texts.push(question);
      }
    }
    put(file, (await (await encoder()).encodeQueries(texts)).data);
  }
  const all = floats(file);
  const sample = new Float32Array(SAMPLE * dim);
  let state = 7;
  for (let at = 0; at < SAMPLE; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const row = Math.floor((state / 2 ** 32) * (all.length / dim));
    sample.set(all.subarray(row * dim, (row + 1) * dim), at * dim);
  }
  return sample;
}

/** [rows of a x rows of b] */
function products(a, b) {
  const [rows, columns] = [a.length / dim, b.length / dim];
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = 0;
      for (let k = 0; k < dim; k += 1) sum += a[row * dim + k] * b[column * dim + k];
      result[row * columns + column] = sum;
    }
  }
  return result;
}

/** The two rows nearest to a column among those that stay. */
function nearest(matrix, columns, column, stays) {
  let best = -1;
  let second = -1;
  for (let row = 0; row < stays.length; row += 1) {
    if (!stays[row] || row === column.self) continue;
    const value = matrix[row * columns + column.at];
    if (best < 0 || value > matrix[best * columns + column.at]) [second, best] = [best, row];
    else if (second < 0 || value > matrix[second * columns + column.at]) second = row;
  }
  return [best, second];
}

/** Rows in the order in which they go, with the cost of each. */
function dropOrder(rows, costsOf) {
  const count = rows.length / dim;
  const stays = new Uint8Array(count).fill(1);
  const order = [];
  const costs = costsOf(rows, stays);
  while (order.length < count - 2) {
    const now = costs();
    let least = -1;
    for (let row = PROTECTED; row < count; row += 1) {
      if (stays[row] && (least < 0 || now[row] < now[least])) least = row;
    }
    if (least < 0) break;
    order.push([least, now[least]]);
    stays[least] = 0;
    costs.gone?.(least);
  }
  return order;
}

function redundancy(rows, stays) {
  const count = rows.length / dim;
  const matrix = products(rows, rows);
  const find = (row) => nearest(matrix, count, { at: row, self: row }, stays)[0];
  const near = Array.from({ length: count }, (_, row) => find(row));
  const costs = () => near.map((other, row) => 1 - matrix[other * count + row]);
  costs.gone = (row) => {
    for (let at = 0; at < count; at += 1) if (near[at] === row) near[at] = find(at);
  };
  return costs;
}

const voronoi = (sample) => (rows, stays) => {
  const matrix = products(rows, sample);
  const sum = new Float64Array(rows.length / dim);
  const pairs = Array.from({ length: SAMPLE }, (_, at) => nearest(matrix, SAMPLE, { at }, stays));
  const loss = (at) => matrix[pairs[at][0] * SAMPLE + at] - matrix[pairs[at][1] * SAMPLE + at];
  for (let at = 0; at < SAMPLE; at += 1) sum[pairs[at][0]] += loss(at);
  const costs = () => sum;
  costs.gone = (row) => {
    for (let at = 0; at < SAMPLE; at += 1) {
      if (!pairs[at].includes(row)) continue;
      sum[pairs[at][0]] -= loss(at);
      pairs[at] = nearest(matrix, SAMPLE, { at }, stays);
      if (pairs[at][1] >= 0) sum[pairs[at][0]] += loss(at);
    }
  };
  return costs;
};

/** What is left of each text where `share` of all rows go, the cheapest of the whole set first. */
function kept(set, orders, share) {
  const rows = [...orders.keys()].reduce((sum, text) => sum + set.offsets[text + 1] - set.offsets[text], 0);
  const highest = new Map();
  const all = [];
  for (const [text, order] of orders) {
    let most = 0;
    const rising = order.map(([row, cost]) => {
      most = Math.max(most, cost);
      all.push(most);
      return [row, most];
    });
    highest.set(text, rising);
  }
  const limit = all.sort((a, b) => a - b)[Math.floor(share * rows)];
  return (text) => {
    const gone = new Set(highest.get(text).flatMap(([row, cost]) => (cost <= limit ? [row] : [])));
    const stay = [];
    for (let row = 0; row < set.offsets[text + 1] - set.offsets[text]; row += 1) if (!gone.has(row)) stay.push(row);
    const left = new Float32Array(stay.length * dim);
    for (const [to, row] of stay.entries()) {
      const at = (set.offsets[text] + row) * dim;
      left.set(set.docs.subarray(at, at + dim), to * dim);
    }
    return left;
  };
}

const ways = { redundancy, voronoi: voronoi(await sampleOfQuestionRows()) };
process.stdout.write(
  `${cpus()[0].model.trim()}, 1 thread, Node.js ${process.version}; at most ${questions} questions a set.\n\n`,
);
process.stdout.write(
  '| data set | way | dropped | nDCG@10 | against all rows | ms a passage |\n| --- | --- | --- | --- | --- | --- |\n',
);
for (const folder of (await folders()).filter((one) => sets.includes(basename(one)))) {
  const set = await load(folder, cache);
  const of = await candidates(set, questions);
  const all = await ndcg(set, of, (text) => set.docs.subarray(set.offsets[text] * dim, set.offsets[text + 1] * dim));
  const texts = [...new Set(of.flatMap(([, found]) => found))];
  for (const [way, costsOf] of Object.entries(ways)) {
    const started = performance.now();
    const orders = new Map();
    for (const text of texts) {
      orders.set(text, dropOrder(set.docs.subarray(set.offsets[text] * dim, set.offsets[text + 1] * dim), costsOf));
    }
    const ms = ((performance.now() - started) / texts.length).toFixed(0);
    for (const share of shares) {
      const value = await ndcg(set, of, kept(set, orders, share));
      const row = [set.name, way, share, value.toFixed(4), (value - all).toFixed(4), ms];
      process.stdout.write(`| ${row.join(' | ')} |\n`);
    }
  }
}
await dispose();
