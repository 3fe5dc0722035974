import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Checkpoint, Decoder, Trunk } from '@glot/lfm2';
import { LlamaCpp } from './llama-cpp.js';

/**
 * Loads one model as the first thing in a fresh process and runs three tokens. Prints as JSON the milliseconds that
 * took, the resident memory after it and at most, and the size of the weight files.
 * node load-once.js encoder|decoder|llama MODEL CONVERTED THREADS LLAMA-FOLDER
 */
const [kind, model, converted, threadText, llamaFolder] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const threads = Number(threadText);
const ids = [1, 2, 3];
const began = performance.now();
if (kind === 'llama') {
  const llama = await LlamaCpp.open(llamaFolder, model, threads, 1024, 'wall');
  await llama.measure(ids, 0);
} else {
  const checkpoint = await Checkpoint.open(model);
  if (kind === 'encoder') {
    const trunk = await Trunk.load(checkpoint, { precision: 'int8', threads, maxTokens: 512, cacheFolder: converted });
    await trunk.run({ ids: Int32Array.from(ids), sequences: 1, length: ids.length });
  } else {
    const decoder = await Decoder.load(checkpoint, { threads, cacheFolder: converted });
    await decoder.forward(decoder.start(), ids);
  }
  await checkpoint.close();
}
const ms = performance.now() - began;
const residentBytes = process.memoryUsage.rss();
const peakBytes = await peakResidentBytes();
const weightsBytes = kind === 'llama' ? (await stat(model)).size : await mappedBytes();
process.stdout.write(`${JSON.stringify({ ms, residentBytes, peakBytes, weightsBytes })}\n`);
process.exit(0);

/** Linux hands `maxRSS` on from the process that started this one, so it is asked for this process's memory alone. */
async function peakResidentBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) * 1024;
}

/** Size of the converted weights, which lie in a folder for each graph. */
async function mappedBytes(): Promise<number> {
  const folders = await readdir(converted);
  const files = await Promise.all(folders.map((folder) => stat(join(converted, folder, 'weights.bin'))));
  return files.reduce((sum, { size }) => sum + size, 0);
}
