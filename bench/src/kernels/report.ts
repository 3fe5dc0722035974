import type { CheckpointShape } from '@glot/testing';
import type { MachineLimits } from './machine-limits.js';
import { matrixWeights } from './random-gguf.js';
import type { Clock } from './stopwatch.js';

/** Milliseconds of runs in turn; run i of one side stands beside run i of the other. */
export interface Pair {
  readonly shape: string;
  readonly name: string;
  /** Tokens that one measured time covers. */
  readonly tokens: number;
  readonly ours: number[];
  readonly theirs: number[];
}

/** Loading in a fresh process, up to and with a first run of three tokens. */
export interface Load {
  readonly shape: string;
  readonly name: string;
  /** Null where the system cannot be made to forget files. */
  readonly coldMs: number | null;
  readonly warmMs: readonly number[];
  /** After the load, and at most until then; the runtime and Node.js included. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  readonly weightsBytes: number;
  /** The first load of all, which converts; null where nothing is converted. */
  readonly conversion: { readonly ms: number; readonly peakBytes: number } | null;
}

export interface Measurements {
  readonly processor: string;
  readonly node: string;
  /** Version of node-llama-cpp. */
  readonly llama: string;
  readonly threads: number;
  readonly clock: Clock;
  readonly note?: string;
  limits: MachineLimits | null;
  pairs: Pair[];
  loads: Load[];
}

/** The comparisons that stand for the rest. */
const RATIOS: Readonly<Record<string, string>> = {
  encode512Int8VsLlamaQ8: 'encode 1x512',
  prefill512VsLlamaQ4: 'prefill 512',
  prefill2048VsLlamaQ4: 'prefill 2048',
  decode64VsLlamaQ4: 'decode after 64',
  decode2048VsLlamaQ4: 'decode after 2048',
};

const CLOCKS: Readonly<Record<Clock, string>> = {
  wall: '',
  processor:
    ' of processor time, since other work ran on the machine; with one thread this is what an idle machine gives, but for shared caches and memory',
};

/** @returns the middle value; of an even number the lower one of the middle */
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

export function reportOf(
  measured: Measurements,
  shapes: Readonly<Record<string, CheckpointShape>>,
): { readonly markdown: string; readonly json: object } {
  const { limits } = measured;
  const rows = measured.pairs.map(({ shape, name, tokens, ours, theirs }) => {
    const speed = (times: readonly number[]) => (1000 * tokens) / median(times);
    const ratios = ours.map((time, i) => theirs[i]! / time);
    const { layers, table } = matrixWeights(shapes[shape]!);
    // Two operations per weight and token against the rate by bytes; or the bytes of all weights, with an f32 scale per
    // block of 32, against the memory.
    const limit =
      limits === null
        ? null
        : tokens > 1
          ? (limits.int8Gops * 1e9) / (2 * layers)
          : (limits.gigabytesPerSecond * 1e9) / ((layers + table) * (0.5 + 4 / 32));
    return {
      shape,
      name,
      runs: ours.length,
      ours: speed(ours),
      theirs: speed(theirs),
      ratio: median(ratios),
      ratios,
      limit,
    };
  });
  const line = (row: (typeof rows)[number]) =>
    `| ${row.name} | ${row.ours.toFixed(1)} | ${row.theirs.toFixed(1)} | **${row.ratio.toFixed(2)}** | ${Math.min(...row.ratios).toFixed(2)} to ${Math.max(...row.ratios).toFixed(2)} | ${row.runs} | ${row.limit === null ? '' : `${((100 * row.ours) / row.limit).toFixed(0)} %`} |`;
  const tables = Object.keys(shapes)
    .filter((shape) => rows.some((row) => row.shape === shape))
    .map(
      (shape) => `## Tokens a second, LFM2-${shape}

| measurement | glot | llama.cpp | ratio | lowest to highest | runs | of the machine's limit |
| --- | --- | --- | --- | --- | --- | --- |
${rows
  .filter((row) => row.shape === shape)
  .map(line)
  .join('\n')}
`,
    );
  const markdown = `# Speed of the LFM2 kernels against llama.cpp

\`pnpm bench:kernels\`. The shapes of LFM2 with random weights, ${measured.threads} ${measured.threads === 1 ? 'thread' : 'threads'}; both sides in one process, run by run in turn, after a round that is not counted. A ratio is the median of the ratios of paired runs; above 1, glot is faster. Tokens a second${CLOCKS[measured.clock]}.

Encoding and queries: int8 weights here, Q8_0 there, which reads the texts of a batch one after the other. Prompts: int8 weights here, Q4_0 there. Decoding: int4 in blocks of 32 here, Q4_0 there; the mean of 24 tokens.

Machine: ${measured.processor}; Node.js ${measured.node}; onnxruntime-node 1.30.0; node-llama-cpp ${measured.llama}, its prebuilt library for this processor.${measured.note === undefined ? '' : ` ${measured.note}`}

${tables.join('\n')}
${limitText(limits)}
${loadText(measured.loads)}
## Not compared

@huggingface/transformers runs the same ONNX Runtime. There is no ONNX export of LFM2-ColBERT here that others made, and one written with glot's graph builder would measure glot's own graph.

How to read these figures, what was tried and what was not measured: [kernels-notes.md](kernels-notes.md).
`;
  const ratios = Object.fromEntries(
    Object.entries(RATIOS).map(([key, name]) => [
      key,
      rows.find((row) => row.shape === '350M' && row.name === name)?.ratio ?? null,
    ]),
  );
  return { markdown, json: { ...measured, ratios } };
}

function limitText(limits: MachineLimits | null): string {
  if (limits === null) return '';
  const { f32Gflops, int8Gops, gigabytesPerSecond } = limits;
  return `## The machine's limits

Measured through the same runtime and threads, the best of some runs: ${f32Gflops.toFixed(0)} GFLOP/s of a large f32 product, ${int8Gops.toFixed(0)} Gop/s by bytes, ${gigabytesPerSecond.toFixed(1)} GB/s of weights from memory. The last column above counts the layers' products against the rate by bytes, and for decoding the bytes of all int4 weights against the memory.
`;
}

function loadText(loads: readonly Load[]): string {
  if (loads.length === 0) return '';
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  const line = (load: Load) =>
    `| ${load.shape} ${load.name} | ${load.coldMs === null ? '' : (load.coldMs / 1000).toFixed(2)} | ${(median(load.warmMs) / 1000).toFixed(2)} | ${megabytes(load.weightsBytes)} | ${megabytes(load.residentBytes)} | ${megabytes(load.peakBytes)} | ${(load.peakBytes / load.weightsBytes).toFixed(2)} | ${load.conversion === null ? ' | ' : `${(load.conversion.ms / 1000).toFixed(1)} | ${megabytes(load.conversion.peakBytes)}`} |`;
  return `## Loading

A fresh process each, up to and with a first run of three tokens; cold: after the system dropped the files from its cache. Resident memory includes Node.js and the runtime. Converting is the first load of all, with the load itself.

| model | cold s | warm s | weights MB | resident MB | peak MB | peak / weights | converting s | its peak MB |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${loads.map(line).join('\n')}
`;
}
