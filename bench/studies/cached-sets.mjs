/**
 * Sets of shared/data/eval with the vectors of their texts, encoded once and kept in a folder, and nDCG@10 of exact MaxSim
 * over the best candidates of each question: what studies of stored rows have in common.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openEncoder } from '@glot/encoder';
import { loadBeirDataset, passageText } from '@glot/eval';
import { createMaxSim } from '@glot/kernels';
import { beirFolders } from '../dist/beir-folders.js';

const SETS = '../shared/data/eval';
const CANDIDATES = 32;

/** Of the embedded encoder. */
export const dim = 128;

export const folders = () => beirFolders(SETS);

const maxSim = await createMaxSim({ dim, threads: 1 });
let opened = null;
export const encoder = async () => {
  opened ??= await openEncoder({ threads: 1 });
  return opened;
};
export const dispose = () => Promise.all([opened?.dispose(), maxSim.dispose()]);

export const floats = (file) => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
export const put = (file, { buffer, byteOffset, byteLength }) =>
  writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));

/** Whole passages, cut where the encoder cuts them. Rows of text t are `offsets[t] .. offsets[t + 1]`. */
export async function load(folder, cache) {
  mkdirSync(cache, { recursive: true });
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

/** For at most so many questions, evenly: which, and the texts that are best by rows in f32. */
export async function candidates(set, questions) {
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

/** @param rowsOf a text's rows @param turn what is done to a query's rows */
export async function ndcg(set, of, rowsOf, turn = (query) => query) {
  const { qoffsets, qrels } = set;
  let sum = 0;
  for (const [at, texts] of of) {
    const query = turn(set.queries.subarray(qoffsets[at] * dim, qoffsets[at + 1] * dim));
    const parts = texts.map(rowsOf);
    const ends = new Uint32Array(texts.length + 1);
    for (const [place, rows] of parts.entries()) ends[place + 1] = ends[place] + rows.length / dim;
    const gathered = new Float32Array(ends.at(-1) * dim);
    for (const [place, rows] of parts.entries()) gathered.set(rows, ends[place] * dim);
    const scores = await maxSim.scoreFloat(query, query.length / dim, gathered, ends);
    const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 10);
    const gains = new Map(qrels[at]);
    const ideal = [...gains.values()].sort((a, b) => b - a).slice(0, 10);
    const discounted = (values) => values.reduce((total, value, rank) => total + value / Math.log2(rank + 2), 0);
    sum += discounted(best.map((place) => gains.get(texts[place]) ?? 0)) / (discounted(ideal) || 1);
  }
  return sum / of.length;
}
