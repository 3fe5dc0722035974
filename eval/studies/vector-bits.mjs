/**
 * What storing token vectors in fewer bits, or fewer of them, costs: nDCG@10 of exhaustive MaxSim over the sets of
 * shared/data/eval, for codecs that know nothing of the data but the row (so that what is stored does not depend on what
 * was stored before), and the bytes a passage takes. A sample of the questions; writes eval/reports/vector-bits.md.
 *
 * node eval/studies/vector-bits.mjs [CACHE FOLDER] [QUESTIONS A SET] [WORDS IN NAMES OF SETS, a,b]     (after pnpm build)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openEncoder } from '@glot/encoder';
import { createMaxSim } from '@glot/kernels';
import { loadBeirDataset, passageText } from '../dist/datasets/beir-dataset.js';
import { beirFolders } from '../dist/datasets/beir-folders.js';

const SETS = '../shared/data/eval';
const cache = process.argv[2] ?? join(tmpdir(), 'glot-vector-bits');
const questions = Number(process.argv[3] ?? 40);
const only = process.argv[4]?.split(',');
mkdirSync(cache, { recursive: true });

const floats = (file) => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

// Whole passages, cut where the encoder cuts them; every so many questions.
async function load(folder, encoder) {
  const name = relative(SETS, folder).replaceAll('/', '_');
  const base = join(cache, name);
  if (!existsSync(`${base}.json`)) {
    const dataset = await loadBeirDataset(folder);
    const step = Math.max(1, Math.floor(dataset.queries.length / 120));
    const asked = dataset.queries.filter((_, at) => at % step === 0).slice(0, 130);
    const docs = await encoder.encodeDocuments(dataset.passages.map(passageText));
    const queries = await encoder.encodeQueries(asked.map(({ text }) => text));
    writeFileSync(`${base}.docs`, new Uint8Array(docs.data.buffer, docs.data.byteOffset, docs.data.byteLength));
    writeFileSync(
      `${base}.queries`,
      new Uint8Array(queries.data.buffer, queries.data.byteOffset, queries.data.byteLength),
    );
    const texts = dataset.passages.map(passageText);
    const ids = dataset.passages.map(({ id }) => id);
    const qrels = asked.map(({ id }) => [...(dataset.qrels.get(id) ?? [])]);
    const arrays = { offsets: [...docs.offsets], qoffsets: [...queries.offsets] };
    writeFileSync(`${base}.json`, JSON.stringify({ dim: docs.dim, ids, texts, qrels, ...arrays }));
  }
  return {
    name,
    ...JSON.parse(readFileSync(`${base}.json`, 'utf8')),
    docs: floats(`${base}.docs`),
    asked: floats(`${base}.queries`),
  };
}

// Lloyd-Max levels of a normal distribution: J. Max, Quantizing for Minimum Distortion, 1960, table I.
const mirrored = (levels) => [...levels.toReversed().map((level) => -level), ...levels];
const LEVELS = {
  1: mirrored([0.7979]),
  2: mirrored([0.4528, 1.51]),
  3: mirrored([0.2451, 0.756, 1.344, 2.152]),
  4: mirrored([0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.069, 2.7326]),
};

// A fixed rotation: random signs, then Walsh-Hadamard, twice. Queries are turned alike, so products stay.
function rotated(rows, dim) {
  const out = rows.slice();
  for (const seed of [0x9e3779b9, 0x85ebca6b]) {
    for (let from = 0; from < out.length; from += dim) {
      let state = seed;
      for (let k = 0; k < dim; k += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        if (state >>> 31) out[from + k] = -out[from + k];
      }
      for (let half = 1; half < dim; half *= 2) {
        for (let at = 0; at < dim; at += 2 * half) {
          for (let k = from + at; k < from + at + half; k += 1) {
            const [a, b] = [out[k], out[k + half]];
            out[k] = (a + b) * Math.SQRT1_2;
            out[k + half] = (a - b) * Math.SQRT1_2;
          }
        }
      }
    }
  }
  return out;
}

/** Rounded to levels of the row's own spread; the factor keeps the row's product with itself. */
function rounded(rows, dim, bits) {
  const levels = LEVELS[bits];
  const out = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += dim) {
    let square = 0;
    for (let k = from; k < from + dim; k += 1) square += rows[k] * rows[k];
    const spread = Math.sqrt(square / dim) || 1;
    let product = 0;
    for (let k = from; k < from + dim; k += 1) {
      const value = rows[k] / spread;
      let best = levels[0];
      for (const level of levels) if (Math.abs(level - value) < Math.abs(best - value)) best = level;
      out[k] = best;
      product += best * rows[k];
    }
    const factor = product > 0 ? square / product : 0;
    for (let k = from; k < from + dim; k += 1) out[k] *= factor;
  }
  return out;
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += a[k] * b[k];
  return sum;
}

/** Of rows of a passage that are alike to within `least`, the first stays, as the mean of them. */
function merged({ docs, offsets, dim }, least) {
  const out = [];
  const ends = [0];
  for (let text = 0; text + 1 < offsets.length; text += 1) {
    const kept = [];
    for (let row = offsets[text]; row < offsets[text + 1]; row += 1) {
      const values = docs.subarray(row * dim, (row + 1) * dim);
      const like = kept.find(({ first }) => dot(first, values) >= least);
      if (!like) kept.push({ first: values, sum: Float32Array.from(values) });
      else for (let k = 0; k < dim; k += 1) like.sum[k] += values[k];
    }
    for (const { sum } of kept) {
      const norm = Math.hypot(...sum) || 1;
      out.push(sum.map((value) => value / norm));
    }
    ends.push(out.length);
  }
  const joined = new Float32Array(out.length * dim);
  out.forEach((row, at) => {
    joined.set(row, at * dim);
  });
  return { docs: joined, offsets: ends, dim };
}

const turned = (bits) => (set) => ({ ...set, docs: rounded(rotated(set.docs, set.dim), set.dim, bits), turn: true });
const plain = (bits) => (set) => ({ ...set, docs: rounded(set.docs, set.dim, bits) });
const merge = (least) => (set) => ({ ...set, ...merged(set, least) });
const rowBytes = (bits) => (dim) => (bits * dim) / 8 + 2;

/** Name, what is done to the rows, bytes of a row. */
const VARIANTS = [
  ['f32', (set) => set, (dim) => 4 * dim],
  ['4 bits', plain(4), rowBytes(4)],
  ['4 bits, turned', turned(4), rowBytes(4)],
  ['3 bits, turned', turned(3), rowBytes(3)],
  ['2 bits, turned', turned(2), rowBytes(2)],
  ['1 bit, turned', turned(1), rowBytes(1)],
  ['merged at .95, f32', merge(0.95), (dim) => 4 * dim],
  ['merged at .9, f32', merge(0.9), (dim) => 4 * dim],
];

async function ndcg(set, maxSim) {
  const { dim, qoffsets, ids, qrels, turn } = set;
  const offsets = Uint32Array.from(set.offsets);
  const asked = turn ? rotated(set.asked, dim) : set.asked;
  const step = Math.max(1, Math.ceil(qrels.length / questions));
  let sum = 0;
  let count = 0;
  for (let at = 0; at < qrels.length; at += step) {
    const query = asked.subarray(qoffsets[at] * dim, qoffsets[at + 1] * dim);
    const scores = await maxSim.scoreFloat(query, query.length / dim, set.docs, offsets);
    const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, 10);
    const gains = new Map(qrels[at]);
    const ideal = [...gains.values()].sort((a, b) => b - a).slice(0, 10);
    const discounted = (values) => values.reduce((total, value, rank) => total + value / Math.log2(rank + 2), 0);
    sum += discounted(best.map((text) => gains.get(ids[text]) ?? 0)) / (discounted(ideal) || 1);
    count += 1;
  }
  return sum / count;
}

const encoder = await openEncoder({ threads: 1 });
const { dim } = encoder;
const maxSim = await createMaxSim({ dim, threads: 1 });
const lines = [];
const means = VARIANTS.map(() => 0);
const worst = VARIANTS.map(() => 0);
const bytes = VARIANTS.map(() => 0);
let textBytes = 0;
const folders = (await beirFolders(SETS)).filter((folder) => !only || only.some((word) => folder.includes(word)));
for (const folder of folders) {
  const set = await load(folder, encoder);
  textBytes += set.texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const cells = [];
  for (const [at, [, change, perRow]] of VARIANTS.entries()) {
    const changed = change(set);
    cells.push(await ndcg(changed, maxSim));
    means[at] += cells[at] / folders.length;
    worst[at] = Math.min(worst[at], cells[at] - cells[0]);
    bytes[at] += changed.offsets.at(-1) * perRow(dim);
  }
  lines.push(`| ${set.name} | ${cells.map((value) => value.toFixed(4)).join(' | ')} |`);
  process.stderr.write(`${lines.at(-1)}\n`);
}
await Promise.all([encoder.dispose(), maxSim.dispose()]);

const row = (name, values) => `| ${name} | ${values.join(' | ')} |`;
const report = `# What fewer bits and fewer vectors cost

\`node eval/studies/vector-bits.mjs\`: nDCG@10 of exhaustive MaxSim alone, without words, over at most ${questions} questions of each set, so that a single question moves a set by ${(1 / questions).toFixed(3)} at most. Codecs that know nothing but the row: levels for a normal distribution and a factor of two bytes a row; "turned" is a fixed rotation of signs and Walsh-Hadamard before it; "merged" takes rows of a passage with so high a cosine together. Encoder ${encoder.name} (${encoder.fingerprint.slice(0, 12)}), ${cpus()[0]?.model.trim()}, 1 thread, Node.js ${process.version}.

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
  'vectors, times the text',
  bytes.map((value) => (value / textBytes).toFixed(1)),
)}
`;
if (!only) writeFileSync('eval/reports/vector-bits.md', report);
process.stdout.write(report);
