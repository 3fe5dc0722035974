/**
 * What storing token vectors in fewer bits costs: nDCG@10 of exact MaxSim over the sets of shared/data/eval, and the bytes
 * that a row takes against those of its text. First every passage is scored by rows in f32; then, for each way to store
 * rows, the best CANDIDATES of these anew. Writes a table for eval/reports/size.md to stdout.
 *
 * node eval/studies/row-bits.mjs [BITS, 288,320] [CACHE FOLDER] [QUESTIONS A SET]     (after pnpm build)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describeEncoder, openEncoder } from '@glot/encoder';
import { createMaxSim, quantizeRows, RowCodec, rowTable, unknownRows } from '@glot/kernels';
import { loadBeirDataset, passageText } from '../dist/datasets/beir-dataset.js';
import { beirFolders } from '../dist/datasets/beir-folders.js';

const SETS = '../shared/data/eval';
const CANDIDATES = 32;
const asked = (process.argv[2] ?? '256,320,352,384').split(',').map(Number);
const cache = process.argv[3] ?? join(tmpdir(), 'glot-row-bits');
const questions = Number(process.argv[4] ?? 600);
mkdirSync(cache, { recursive: true });

const floats = (file) => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const put = (file, { buffer, byteOffset, byteLength }) =>
  writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));

let opened = null;
const encoder = async () => {
  opened ??= await openEncoder({ threads: 1 });
  return opened;
};

// Whole passages, cut where the encoder cuts them.
async function load(folder) {
  const name = relative(SETS, folder).replaceAll('/', '_');
  const base = join(cache, name);
  if (!existsSync(`${base}.json`)) {
    const dataset = await loadBeirDataset(folder);
    const texts = dataset.passages.map(passageText);
    const docs = await (await encoder()).encodeDocuments(texts);
    const queries = await (await encoder()).encodeQueries(dataset.queries.map(({ text }) => text));
    put(`${base}.docs`, docs.data);
    put(`${base}.queries`, queries.data);
    const at = new Map(dataset.passages.map(({ id }, place) => [id, place]));
    const qrels = dataset.queries.map(({ id }) => [...dataset.qrels.get(id)].map(([of, gain]) => [at.get(of), gain]));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    writeFileSync(
      `${base}.json`,
      JSON.stringify({ name, offsets: [...docs.offsets], qoffsets: [...queries.offsets], qrels, bytes }),
    );
  }
  const set = JSON.parse(readFileSync(`${base}.json`, 'utf8'));
  return { ...set, base, docs: floats(`${base}.docs`), queries: floats(`${base}.queries`) };
}

const dim = 128;
const maxSim = await createMaxSim({ dim, threads: 1 });

async function candidates(set) {
  const file = `${set.base}.${questions}.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const step = Math.max(1, Math.ceil(set.qrels.length / questions));
  const found = [];
  for (let at = 0; at < set.qrels.length; at += step) {
    const query = set.queries.subarray(set.qoffsets[at] * dim, set.qoffsets[at + 1] * dim);
    const scores = await maxSim.scoreFloat(query, query.length / dim, set.docs, Uint32Array.from(set.offsets));
    found.push([at, [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, CANDIDATES)]);
  }
  writeFileSync(file, JSON.stringify(found));
  return found;
}

async function ndcg(set, of, rows, turn) {
  const { offsets, qoffsets, qrels } = set;
  let sum = 0;
  for (const [at, texts] of of) {
    const query = turn(set.queries.subarray(qoffsets[at] * dim, qoffsets[at + 1] * dim));
    const ends = new Uint32Array(texts.length + 1);
    for (const [place, text] of texts.entries()) ends[place + 1] = ends[place] + offsets[text + 1] - offsets[text];
    const gathered = new Float32Array(ends.at(-1) * dim);
    for (const [place, text] of texts.entries()) {
      gathered.set(rows.subarray(offsets[text] * dim, offsets[text + 1] * dim), ends[place] * dim);
    }
    const scores = await maxSim.scoreFloat(query, query.length / dim, gathered, ends);
    const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 10);
    const gains = new Map(qrels[at]);
    const ideal = [...gains.values()].sort((a, b) => b - a).slice(0, 10);
    const discounted = (values) => values.reduce((total, value, rank) => total + value / Math.log2(rank + 2), 0);
    sum += discounted(best.map((place) => gains.get(texts[place]) ?? 0)) / (discounted(ideal) || 1);
  }
  return sum / of.length;
}

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
const folders = await beirFolders(SETS);
for (const folder of folders) {
  const set = await load(folder);
  const of = await candidates(set);
  const cells = [];
  for (const [at, [, variant]] of VARIANTS.entries()) {
    const stored = variant.rows(set.docs);
    cells.push(await ndcg(set, of, stored, variant.turn));
    const turned = variant.turn(set.docs);
    for (let k = 0; k < stored.length; k += 1) error[at] += (stored[k] - turned[k]) ** 2;
    means[at] += cells[at] / folders.length;
    worst[at] = Math.min(worst[at], cells[at] - cells[0]);
  }
  rows += set.docs.length / dim;
  textBytes += set.bytes;
  lines.push(`| ${set.name} | ${cells.map((value) => value.toFixed(4)).join(' | ')} |`);
  process.stderr.write(`${lines.at(-1)}\n`);
}
await Promise.all([opened?.dispose(), maxSim.dispose()]);

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
