import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { installLlama, LLAMA_VERSION } from './install-llama.js';
import { machineLimits } from './machine-limits.js';
import { SHAPE_1_2B, SHAPE_350M, writeRandomGguf } from './random-gguf.js';
import { type Load, type Measurements, type Pair, reportOf } from './report.js';
import { type Bench, encoding, filesOf, generation, type Section } from './sections.js';
import type { Clock } from './stopwatch.js';

/**
 * Measures the 350M and 1.2B shapes with random weights, ours against llama.cpp, run by run in turn. Sections can run
 * one at a time; each takes the place of its figures in kernels.json.
 * node run.js [--only limits,350M-encode,350M-generate,350M-load,1.2B-encode,1.2B-generate,1.2B-load] [--runs 5]
 *   [--longest 4096] [--threads 2] [--clock wall|processor] [--note TEXT] [--out FOLDER] [--work FOLDER]
 *   [--llama FOLDER with node-llama-cpp]
 */
const SHAPES = { '350M': SHAPE_350M, '1.2B': SHAPE_1_2B } as const;
type ShapeName = keyof typeof SHAPES;
const ALL = [
  'limits',
  ...Object.keys(SHAPES).flatMap((shape) => ['encode', 'generate', 'load'].map((of) => `${shape}-${of}`)),
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: ALL.join(',') },
    llama: { type: 'string' },
    out: { type: 'string', default: 'eval/reports' },
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-kernels') },
    runs: { type: 'string', default: '5' },
    longest: { type: 'string', default: '4096' },
    threads: { type: 'string', default: '2' },
    clock: { type: 'string', default: 'wall' },
    note: { type: 'string' },
  },
});
const threads = Number(values.threads);
const runs = Number(values.runs);
const clock: Clock = values.clock === 'processor' ? 'processor' : 'wall';
const log = (text: string) => process.stderr.write(`${text}\n`);
const only = values.only.split(',');
const unknown = only.find((name) => !ALL.includes(name));
if (unknown !== undefined) throw new Error(`there is no section ${unknown}; there are ${ALL.join(', ')}`);

await mkdir(values.work, { recursive: true });
const llamaFolder = values.llama ?? (await installLlama(values.work));
const reportPath = join(values.out, 'kernels.json');
const measured: Measurements = {
  limits: null,
  pairs: [],
  loads: [],
  ...(await readFile(reportPath, 'utf8').then(
    (text) => JSON.parse(text) as Partial<Measurements>,
    () => ({}),
  )),
  processor: `${cpus()[0]?.model.trim()}, ${cpus().length} logical cores`,
  node: process.version,
  llama: LLAMA_VERSION,
  threads,
  clock,
  ...(values.note !== undefined && { note: values.note }),
};

for (const name of only) {
  if (name === 'limits') {
    measured.limits = await machineLimits(threads, clock);
    log(`limits: ${JSON.stringify(measured.limits)}`);
    await write();
    continue;
  }
  const [shape, section] = name.split('-') as [ShapeName, string];
  const bench = await benchOf(shape);
  if (section === 'load') {
    measured.loads = [...measured.loads.filter((load) => load.shape !== shape), ...(await loads(shape, bench))];
    await write();
  } else {
    await interleaved(shape, await (section === 'encode' ? encoding(bench) : generation(bench)));
  }
}
process.exit(0);

async function benchOf(shape: ShapeName): Promise<Bench> {
  const files = filesOf(values.work, shape);
  for (const [path, type] of [
    [files.q8, 'Q8_0'],
    [files.q4, 'Q4_0'],
  ] as const) {
    const exists = await stat(path).then(
      () => true,
      () => false,
    );
    if (!exists) await writeRandomGguf(path, SHAPES[shape], type);
  }
  return { ...files, llamaFolder, threads, clock, longest: Number(values.longest) };
}

async function interleaved(shape: ShapeName, { cases, close }: Section): Promise<void> {
  const pairs = cases.flatMap(({ names, tokens }) =>
    names.map((name, i): Pair => ({ shape, name, tokens: tokens[i]!, ours: [], theirs: [] })),
  );
  const measuredNow = new Set(pairs.map(({ name }) => name));
  const kept = measured.pairs.filter((pair) => pair.shape !== shape || !measuredNow.has(pair.name));
  // The first round warms up and is not counted.
  for (let round = 0; round <= runs; round += 1) {
    for (const { names, ours, theirs } of cases) {
      // Who goes first changes, so that neither always follows the other's heat.
      const first = round % 2 === 0 ? await ours() : await theirs();
      const second = round % 2 === 0 ? await theirs() : await ours();
      const [mine, other] = round % 2 === 0 ? [first, second] : [second, first];
      for (const [i, name] of names.entries()) {
        log(`${shape} round ${round} ${name}: ours ${mine[i]!.toFixed(1)} ms, llama.cpp ${other[i]!.toFixed(1)} ms`);
        if (round === 0) continue;
        const pair = pairs.find((candidate) => candidate.name === name)!;
        pair.ours.push(mine[i]!);
        pair.theirs.push(other[i]!);
      }
    }
    if (round === 0) continue;
    measured.pairs = [...kept, ...pairs];
    await write();
  }
  await close();
}

/** Each load in a process of its own; cold ones after the system was asked to forget the files. */
async function loads(shape: ShapeName, bench: Bench): Promise<Load[]> {
  const script = fileURLToPath(new URL('load-once.js', import.meta.url));
  const result: Load[] = [];
  for (const [name, kind, model, converted] of [
    ['glot encoder int8', 'encoder', bench.q8, bench.encoderWeights],
    ['glot decoder int4, prompts int8', 'decoder', bench.q8, bench.decoderWeights],
    ['llama.cpp Q8_0', 'llama', bench.q8, null],
    ['llama.cpp Q4_0', 'llama', bench.q4, null],
  ] as const) {
    const once = async () => {
      const run = await promisify(execFile)(process.execPath, [
        script,
        kind,
        model,
        converted ?? '',
        String(threads),
        bench.llamaFolder,
      ]);
      return JSON.parse(run.stdout) as { ms: number; residentBytes: number; peakBytes: number; weightsBytes: number };
    };
    if (converted !== null) await rm(converted, { recursive: true, force: true });
    const first = await once();
    const forgotten = await forget(converted === null ? [model] : await filesBelow(converted));
    const coldMs = forgotten ? (await once()).ms : null;
    const warm = [await once(), await once(), await once()];
    const times = warm.map(({ ms }) => ms);
    const last = warm.at(-1)!;
    const { residentBytes, peakBytes, weightsBytes } = last;
    const conversion = converted === null ? null : { ms: first.ms, peakBytes: first.peakBytes };
    result.push({ shape, name, coldMs, warmMs: times, residentBytes, peakBytes, weightsBytes, conversion });
    log(JSON.stringify(result.at(-1)));
  }
  return result;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Drops files from the page cache. @returns whether that is possible here */
async function forget(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) {
    const done = await promisify(execFile)('dd', [`if=${path}`, 'iflag=nocache', 'count=0']).then(
      () => true,
      () => false,
    );
    if (!done) return false;
  }
  return true;
}

async function write(): Promise<void> {
  const { markdown, json } = reportOf(measured, SHAPES);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'kernels.md'), markdown);
  await writeFile(reportPath, `${JSON.stringify(json, null, 1)}\n`);
}
