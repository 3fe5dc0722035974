import { mkdir, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Checkpoint, Decoder, Trunk } from '@glot/lfm2';
import { LlamaCpp } from './llama-cpp.js';
import { machineLimits } from './machine-limits.js';
import { type BlockType, SHAPE_350M, writeRandomGguf } from './random-gguf.js';
import { type Pair, reportOf } from './report.js';

/**
 * Measures the 350M shape with random weights, ours against llama.cpp, run by run in turn.
 * node run.js --llama FOLDER [--out FOLDER] [--work FOLDER] [--runs 5] [--threads 2]
 */
const { values } = parseArgs({
  options: {
    llama: { type: 'string' },
    out: { type: 'string', default: 'eval/reports' },
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-kernels') },
    runs: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
if (values.llama === undefined) throw new Error('--llama names the folder in which node-llama-cpp is installed');
const threads = Number(values.threads);
const runs = Number(values.runs);
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

const limits = await machineLimits(threads);
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
const llama8 = await timed('llama.cpp Q8_0', LlamaCpp.open(values.llama, q8, threads, 1024));
const llama4 = await timed('llama.cpp Q4_0', LlamaCpp.open(values.llama, q4, threads, 2304));
log(`loads: ${JSON.stringify(loads)}`);

const prompt = (length: number) => Array.from({ length }, (_, i) => 100 + ((i * 7919) % 60_000));

async function prefill(length: number): Promise<number> {
  const ids = prompt(length);
  const began = performance.now();
  await decoder.advance(decoder.start(), ids);
  return performance.now() - began;
}

async function encode(length: number): Promise<number> {
  const ids = Int32Array.from(prompt(length));
  const began = performance.now();
  await trunk.run({ ids, sequences: 1, length });
  return performance.now() - began;
}

const prefixes = new Map<number, ReturnType<typeof decoder.start>>();
async function decode(after: number, count: number): Promise<number> {
  let prefix = prefixes.get(after);
  if (prefix === undefined) {
    prefix = decoder.start();
    await decoder.advance(prefix, prompt(after));
    prefixes.set(after, prefix);
  }
  const state = prefix.snapshot();
  // The first step makes room in the buffers, as the end of a prompt does.
  let logits = await decoder.advance(state, [100]);
  const began = performance.now();
  for (let i = 0; i < count; i += 1) {
    let best = 0;
    for (let id = 1; id < logits.length; id += 1) if (logits[id]! > logits[best]!) best = id;
    logits = await decoder.advance(state, [best]);
  }
  return (performance.now() - began) / count;
}

const DECODED = 24;
const cases = [
  { name: 'encode512Int8VsLlamaQ8', tokens: 512, ours: () => encode(512), theirs: () => llama8.prefill(prompt(512)) },
  { name: 'prefill512VsLlamaQ4', tokens: 512, ours: () => prefill(512), theirs: () => llama4.prefill(prompt(512)) },
  { name: 'prefill2048VsLlamaQ4', tokens: 2048, ours: () => prefill(2048), theirs: () => llama4.prefill(prompt(2048)) },
  {
    name: 'decode64VsLlamaQ4',
    tokens: 1,
    ours: () => decode(64, DECODED),
    theirs: () => llama4.decode(prompt(64), DECODED),
  },
  {
    name: 'decode2048VsLlamaQ4',
    tokens: 1,
    ours: () => decode(2048, DECODED),
    theirs: () => llama4.decode(prompt(2048), DECODED),
  },
];
const pairs: Pair[] = cases.map(({ name, tokens }) => ({ name, tokens, ours: [], theirs: [] }));
// The first round warms up and is not counted.
for (let round = 0; round <= runs; round += 1) {
  for (const [i, { name, ours, theirs }] of cases.entries()) {
    // Who goes first changes, so that neither always follows the other's heat.
    const first = round % 2 === 0 ? await ours() : await theirs();
    const second = round % 2 === 0 ? await theirs() : await ours();
    const [mine, other] = round % 2 === 0 ? [first, second] : [second, first];
    log(`round ${round} ${name}: ours ${mine.toFixed(1)} ms, llama.cpp ${other.toFixed(1)} ms`);
    if (round === 0) continue;
    pairs[i]!.ours.push(mine);
    pairs[i]!.theirs.push(other);
  }
  if (round > 0) await write();
}
await write();
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
    pairs,
  });
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'kernels.md'), markdown);
  await writeFile(join(values.out, 'kernels.json'), `${JSON.stringify(json, null, 1)}\n`);
}
