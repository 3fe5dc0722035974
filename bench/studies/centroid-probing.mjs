// Probing partitions through a graph (hnswlib-node) against products with all centroids: the figures in ARCHITECTURE.md.
// node bench/studies/centroid-probing.mjs INDEX.db [--queries 100]   (an index with partitions, and the build)

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { transposed } from '../../packages/index/dist/ivf/centroid-tree.js';
import { createCentroidScorer } from '../../packages/index/dist/ivf/kernels/centroid-scorer.js';
import { SCORE_LANES } from '../../packages/index/dist/ivf/kernels/score-kernel.js';
import { TopCentroids } from '../../packages/index/dist/ivf/kernels/top-centroids.js';
import { PartitionStore } from '../../packages/index/dist/sqlite/partitions/partition-store.js';
import { sequence } from '../../packages/index/dist/sqlite/partitions/probe-tuning.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { queries: { type: 'string', default: '100' } },
});
const requireFrom = (folder) => createRequire(new URL(`../../${folder}/package.json`, import.meta.url));
const Database = requireFrom('packages/index')('better-sqlite3');
const { HierarchicalNSW } = requireFrom('bench')('hnswlib-node');

const ROWS = 24;
const NPROBE = 32;
const db = new Database(positionals[0], { readonly: true });
const { dim } = JSON.parse(db.prepare("SELECT value FROM setting WHERE name = 'encoder'").pluck().get());
const store = new PartitionStore(db, positionals[0], dim);
const { centroids } = store.tree(store.active());
const count = centroids.length / dim;
const row = (at) => Array.from(centroids.subarray(at * dim, (at + 1) * dim));
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

let began = performance.now();
const graph = new HierarchicalNSW('ip', dim);
graph.initIndex(count, 16, 200, 100);
for (let partition = 0; partition < count; partition += 1) graph.addPoint(row(partition), partition);
const buildSeconds = (performance.now() - began) / 1000;

// A query row: a centroid with noise of half its length.
const random = sequence(7);
const queries = Array.from({ length: Number(values.queries) }, () => {
  const query = new Float32Array(ROWS * dim);
  for (let at = 0; at < ROWS; at += 1) {
    const from = Math.floor(random() * count) * dim;
    for (let k = 0; k < dim; k += 1)
      query[at * dim + k] = centroids[from + k] + (random() + random() + random() - 1.5) / Math.sqrt(dim);
  }
  return query;
});
const packed = await createCentroidScorer({ dim, threads: 2 });
const top = new TopCentroids(count);
const width = Math.ceil(ROWS / SCORE_LANES) * SCORE_LANES;
const scores = new Uint8Array(count * width);
const padded = new Float32Array(width * dim);
const exact = (query, at) => {
  const scores = Array.from({ length: count }, (_, partition) => {
    let sum = 0;
    for (let k = 0; k < dim; k += 1) sum += query[at * dim + k] * centroids[partition * dim + k];
    return [sum, partition];
  });
  return new Set(
    scores
      .sort((a, b) => b[0] - a[0])
      .slice(0, NPROBE)
      .map(([, partition]) => partition),
  );
};
const times = { products: [] };
const found = { products: 0 };
const EFS = [32, 64, 128, 256];
for (const ef of EFS) [times[ef], found[ef]] = [[], 0];
for (const [number, query] of queries.entries()) {
  const truth = number < 10 ? Array.from({ length: ROWS }, (_, at) => exact(query, at)) : null;
  const note = (name, at, partitions) => {
    if (truth) found[name] += partitions.filter((partition) => truth[at].has(partition)).length / (10 * ROWS * NPROBE);
  };
  began = performance.now();
  padded.set(query);
  await packed.multiply(centroids, transposed(padded, dim), scores);
  const ranked = top.rank(scores, ROWS, NPROBE);
  times.products.push(performance.now() - began);
  for (const [at, { centroids: partitions }] of ranked.entries()) note('products', at, [...partitions]);
  for (const ef of EFS) {
    graph.setEf(ef);
    began = performance.now();
    const all = Array.from(
      { length: ROWS },
      (_, at) => graph.searchKnn(Array.from(query.subarray(at * dim, (at + 1) * dim)), NPROBE).neighbors,
    );
    times[ef].push(performance.now() - began);
    for (const [at, partitions] of all.entries()) note(ef, at, partitions);
  }
}
console.log(
  `${count} centroids, ${ROWS} rows a query, ${NPROBE} partitions a row; the graph took ${buildSeconds.toFixed(1)} s to build`,
);
console.log(`products with all: ${median(times.products).toFixed(2)} ms a query, recall ${found.products.toFixed(4)}`);
for (const ef of EFS)
  console.log(`graph, ef ${ef}: ${median(times[ef]).toFixed(2)} ms a query, recall ${found[ef].toFixed(4)}`);
await packed.dispose();
