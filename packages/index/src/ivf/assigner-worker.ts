import { parentPort, workerData } from 'node:worker_threads';
import { CentroidAssigner } from './centroid-assigner.js';
import type { CentroidTree } from './centroid-tree.js';

/** Entry of a thread that assigns rows to partitions, a message of codes at a time. Import it nowhere. */
const tree = workerData as CentroidTree;
const assigner = new CentroidAssigner(tree);

parentPort?.on('message', (codes: Int8Array) => {
  const partitions = new Uint32Array(codes.length / tree.dim);
  assigner.assign(codes, partitions);
  parentPort!.postMessage(partitions, [partitions.buffer]);
});
