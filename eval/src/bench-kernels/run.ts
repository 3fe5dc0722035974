import { mkdir, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Checkpoint, Decoder, Trunk } from '@glot/lfm2';
import { installLlama } from './install-llama.js';
import { LlamaCpp } from './llama-cpp.js';
import { machineLimits } from './machine-limits.js';
import { type BlockType, SHAPE_350M, writeRandomGguf } from './random-gguf.js';
import { type Pair, reportOf } from './report.js';
import { type Clock, stopwatch } from './stopwatch.js';

/**
 * Measures the 350M shape with random weights, ours against llama.cpp, run by run in turn.
 * node run.js [--llama FOLDER with node-llama-cpp] [--out FOLDER] [--work FOLDER] [--runs 5] [--threads 2] [--clock wall|processor]
 */
const { values } = parseArgs({
  options: {
    llama: { type: 'string' },
    out: { type: 'string', default: 'eval/reports' },
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-kernels') },
    runs: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    clock: { type: 'string', default: 'wall' },
  },
});
const llamaFolder = values.llama ?? (await installLlama(values.work));
const threads = Number(values.threads);
const runs = Number(values.runs);
const clock: Clock = values.clock === 'processor' ? 'processor' : 'wall';
const log = (text: string) => process.stderr.write(`${text}\n`);

await mkdir(values.work, { recursive: true });
async function model(type: BlockType): Promise<string> {
  const path = join(values.work, `lfm2-350m-${type}.gguf`);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) await writeRandomGguf(path, SHAPE_350M, type);
  return path;
}
const [q8, q4] = [await model('Q8_0'), await model('Q4_0')];

const limits = await machineLimits(threads, clock);
log(`limits: ${JSON.stringify(limits)}`);
const loads: Record<string, number> = {};
async function timed<T>(name: string, load: Promise<T>): Promise<T> {
  const began = performance.now();
  const loaded = await load;
  loads[name] = performance.now() - began;
  return loaded;
}
const checkpoint = await Checkpoint.open(q8);
const trunk = await timed('glot int8 encoder, from GGUF', Trunk.load(checkpoint, { precision: 'int8', threads }));
const decoder = await timed(
  'glot int4 decoder with int8 prompts, from the cache where it is there',
  Decoder.load(checkpoint, { threads, cacheFolder: join(values.work, 'converted') }),
);
await checkpoint.close();
const llama8 = await timed('llama.cpp Q8_0', LlamaCpp.open(llamaFolder, q8, threads, 1024, clock));
const llama4 = await timed('llama.cpp Q4_0', LlamaCpp.open(llamaFolder, q4, threads, 2304, clock));
log(`loads: ${JSON.stringify(loads)}`);

const prompt = (length: number) => Array.from({ length }, (_, i) => 100 + ((i * 7919) % 60_000));

async function encode(length: number): Promise<number> {
  const ids = Int32Array.from(prompt(length));
  const time = stopwatch(clock);
  await trunk.run({ ids, sequences: 1, length });
  return time();
}

/** Milliseconds to read a prompt, and milliseconds for each of `count` tokens after it and one more. */
async function measure(length: number, count: number): Promise<{ readonly prefill: number; readonly decode: number }> {
  const ids = prompt(length);
  const state = decoder.start();
  const reading = stopwatch(clock);
  await decoder.advance(state, ids);
  const prefill = reading();
  // The first step makes room in the buffers.
  let logits = await decoder.advance(state, [100]);
  const writing = stopwatch(clock);
  for (let i = 0; i < count; i += 1) {
    let best = 0;
    for (let id = 1; id < logits.length; id += 1) if (logits[id]! > logits[best]!) best = id;
    logits = await decoder.advance(state, [best]);
  }
  return { prefill, decode: count === 0 ? 0 : writing() / count };
}

const DECODED = 24;
/** Each gives one time per name, in the order of the names. */
const cases = [
  {
    names: ['encode512Int8VsLlamaQ8'],
    ours: async () => [await encode(512)],
    theirs: async () => [(await llama8.measure(prompt(512), 0)).prefill],
  },
  {
    names: ['prefill512VsLlamaQ4'],
    ours: async () => [(await measure(512, 0)).prefill],
    theirs: async () => [(await llama4.measure(prompt(512), 0)).prefill],
  },
  {
    names: ['decode64VsLlamaQ4'],
    ours: async () => [(await measure(64, DECODED)).decode],
    theirs: async () => [(await llama4.measure(prompt(64), DECODED)).decode],
  },
  {
    names: ['prefill2048VsLlamaQ4', 'decode2048VsLlamaQ4'],
    ours: async () => Object.values(await measure(2048, DECODED)),
    theirs: async () => Object.values(await llama4.measure(prompt(2048), DECODED)),
  },
];
const tokensOf = (name: string) => (name.startsWith('decode') ? 1 : Number(/\d+/.exec(name)?.[0]));
const pairs = new Map<string, Pair>(
  cases.flatMap(({ names }) => names).map((name) => [name, { name, tokens: tokensOf(name), ours: [], theirs: [] }]),
);
// The first round warms up and is not counted.
for (let round = 0; round <= runs; round += 1) {
  for (const { names, ours, theirs } of cases) {
    // Who goes first changes, so that neither always follows the other's heat.
    const first = round % 2 === 0 ? await ours() : await theirs();
    const second = round % 2 === 0 ? await theirs() : await ours();
    const [mine, other] = round % 2 === 0 ? [first, second] : [second, first];
    for (const [i, name] of names.entries()) {
      log(`round ${round} ${name}: ours ${mine[i]!.toFixed(1)} ms, llama.cpp ${other[i]!.toFixed(1)} ms`);
      if (round === 0) continue;
      pairs.get(name)!.ours.push(mine[i]!);
      pairs.get(name)!.theirs.push(other[i]!);
    }
  }
  if (round > 0) await write();
}
await Promise.all([trunk.dispose(), decoder.dispose()]);
process.exit(0);

async function write(): Promise<void> {
  const { markdown, json } = reportOf({
    processor: `${cpus()[0]?.model.trim()}, ${cpus().length} logical cores`,
    node: process.version,
    threads,
    limits,
    loads,
    residentBytes: process.memoryUsage.rss(),
    clock,
    pairs: [...pairs.values()],
  });
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'kernels.md'), markdown);
  await writeFile(join(values.out, 'kernels.json'), `${JSON.stringify(json, null, 1)}\n`);
}
