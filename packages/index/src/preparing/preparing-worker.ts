import { parentPort, workerData } from 'node:worker_threads';
import type { RowTable } from '@glot/kernels';
import type { CentroidTree } from '../ivf/centroid-tree.js';
import { wordsOfDocument } from './document-words.js';
import type { PreparingAnswer, PreparingRequest } from './preparing-protocol.js';
import { RowCoding } from './row-coding.js';

/** Entry of a thread that prepares what is to be stored, in the order in which it is asked. Import it nowhere. */
const coding = new RowCoding(workerData as RowTable);
let tree: CentroidTree | null = null;

parentPort?.on('message', (request: PreparingRequest) => {
  const answer = (message: PreparingAnswer, transfer: ArrayBuffer[] = []) => parentPort!.postMessage(message, transfer);
  if (request.kind === 'words') {
    answer({ kind: 'words', words: request.texts.map(wordsOfDocument) });
    return;
  }
  if (request.tree !== undefined) tree = request.tree;
  const rows = coding.code(request.vectors, tree);
  const [first] = rows;
  answer({ kind: 'rows', rows }, first ? [first.codes.buffer as ArrayBuffer] : []);
});
