/**
 * What storing token vectors in fewer bits costs: nDCG@10 of exact MaxSim over the sets of shared/data/eval, and the bytes
 * that a row takes against those of its text. First every passage is scored by rows in f32; then, for each way to store
 * rows, the best 32 of these anew. Writes a table for eval/reports/size.md to stdout.
 *
 * node bench/studies/row-bits.mjs [BITS, 288,320] [CACHE FOLDER] [QUESTIONS A SET]     (after pnpm build)
 */
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEncoder } from '@glot/encoder';
import { quantizeRows, RowCodec, rowTable, unknownRows } from '@glot/kernels';
import { candidates, dim, dispose, folders, load, ndcg } from './cached-sets.mjs';

const asked = (process.argv[2] ?? '256,320,352,384').split(',').map(Number);
const cache = process.argv[3] ?? join(tmpdir(), 'glot-row-bits');
const questions = Number(process.argv[4] ?? 600);

const { rowStatistics: learnt } = await describeEncoder();

const numbers = ({ codes, scales }) => {
  const out = new Float32Array(codes.length);
  for (let at = 0; at < out.length; at += 1) out[at] = codes[at] * scales[Math.floor(at / dim)];
  return out;
};
const coded = (table) => {
  const codec = new RowCodec(table);
  return {
    bytes: codec.rowBytes,
    rows: (docs) => {
      const { codes, norms } = codec.encode(docs);
      return numbers(codec.toInt8(codes, norms));
    },
    turn: (query) => codec.turned(query),
  };
};

/** Name, what is stored, how queries are turned. */
const VARIANTS = [
  ['f32', { bytes: 512, rows: (docs) => docs, turn: (query) => query }],
  ['int8', { bytes: 132, rows: (docs) => numbers(quantizeRows(docs, dim)), turn: (query) => query }],
  ['4 bits, unknown rows', coded(rowTable(unknownRows(dim), 4 * dim))],
  ...asked.map((bits) => [`${bits} bits`, coded(rowTable(learnt, bits))]),
];

const lines = [];
const means = VARIANTS.map(() => 0);
const worst = VARIANTS.map(() => 0);
const error = VARIANTS.map(() => 0);
let rows = 0;
let textBytes = 0;
const all = await folders();
for (const folder of all) {
  const set = await load(folder, cache);
  const of = await candidates(set, questions);
  const cells = [];
  for (const [at, [, variant]] of VARIANTS.entries()) {
    const stored = variant.rows(set.docs);
    const rowsOf = (text) => stored.subarray(set.offsets[text] * dim, set.offsets[text + 1] * dim);
    cells.push(await ndcg(set, of, rowsOf, variant.turn));
    const turned = variant.turn(set.docs);
    for (let k = 0; k < stored.length; k += 1) error[at] += (stored[k] - turned[k]) ** 2;
    means[at] += cells[at] / all.length;
    worst[at] = Math.min(worst[at], cells[at] - cells[0]);
  }
  rows += set.docs.length / dim;
  textBytes += set.bytes;
  lines.push(`| ${set.name} | ${cells.map((value) => value.toFixed(4)).join(' | ')} |`);
  process.stderr.write(`${lines.at(-1)}\n`);
}
await dispose();

const row = (name, values) => `| ${name} | ${values.join(' | ')} |`;
process.stdout.write(`${cpus()[0].model.trim()}, 1 thread, Node.js ${process.version}; at most ${questions} questions a set.

| data set | ${VARIANTS.map(([name]) => name).join(' | ')} |
| --- | ${VARIANTS.map(() => '---').join(' | ')} |
${lines.join('\n')}
${row(
  'mean',
  means.map((value) => value.toFixed(4)),
)}
${row(
  'worst set against f32',
  worst.map((value) => value.toFixed(4)),
)}
${row(
  'squared error of a row',
  error.map((value) => (value / rows).toFixed(4)),
)}
${row(
  'bytes a row',
  VARIANTS.map(([, { bytes }]) => bytes),
)}
${row(
  'times the text',
  VARIANTS.map(([, { bytes }]) => ((bytes * rows) / textBytes).toFixed(1)),
)}
`);
