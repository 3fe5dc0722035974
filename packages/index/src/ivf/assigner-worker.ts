import { parentPort, workerData } from 'node:worker_threads';
import { CellAssigner } from './centroid-assigner.js';
import type { CellTree } from './centroid-tree.js';

/** Entry of a thread that assigns rows to cells, a message of codes at a time. Import it nowhere. */
const tree = workerData as CellTree;
const assigner = new CellAssigner(tree);

parentPort?.on('message', (codes: Int8Array) => {
  const cells = new Uint32Array(codes.length / tree.dim);
  assigner.assign(codes, cells);
  parentPort!.postMessage(cells, [cells.buffer]);
});
