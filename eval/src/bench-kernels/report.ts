import type { MachineLimits } from './machine-limits.js';
import type { Clock } from './stopwatch.js';

/** Milliseconds of runs in turn; run i of one side stands beside run i of the other. */
export interface Pair {
  readonly name: string;
  /** Tokens that one measured time covers. */
  readonly tokens: number;
  readonly ours: number[];
  readonly theirs: number[];
}

export interface Measurements {
  readonly processor: string;
  readonly node: string;
  readonly threads: number;
  readonly limits: MachineLimits;
  /** Milliseconds. */
  readonly loads: Readonly<Record<string, number>>;
  readonly residentBytes: number;
  readonly clock: Clock;
  readonly pairs: readonly Pair[];
}

/** Weights of the layers of the 350M shape: two operations each per token. */
const LAYER_WEIGHTS = 287.4e6;
/** Bytes that one int4 step reads: layers and output matrix in blocks of 32 with f32 scales. */
const STEP_BYTES = (LAYER_WEIGHTS + 65_536 * 1024) * (0.5 + 4 / 32);

const CLOCKS: Readonly<Record<Clock, string>> = {
  wall: '',
  processor:
    ' of processor time, since other work ran on the machine; with one thread this is what an idle machine gives, but for shared caches and memory',
};

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export function reportOf(measured: Measurements): { readonly markdown: string; readonly json: object } {
  const { pairs, limits } = measured;
  const rows = pairs.map(({ name, tokens, ours, theirs }) => {
    const speed = (times: readonly number[]) => (1000 * tokens) / median(times);
    const ratios = ours.map((time, i) => theirs[i]! / time);
    return { name, tokens, ours: speed(ours), theirs: speed(theirs), ratio: median(ratios), ratios };
  });
  const share = ({ tokens, ours }: { readonly tokens: number; readonly ours: number }) =>
    tokens > 1
      ? (ours * 2 * LAYER_WEIGHTS) / 1e9 / limits.int8Gops
      : (ours * STEP_BYTES) / 1e9 / limits.gigabytesPerSecond;
  const line = (row: (typeof rows)[number]) =>
    `| ${row.name} | ${row.ours.toFixed(1)} | ${row.theirs.toFixed(1)} | **${row.ratio.toFixed(2)}** | ${Math.min(...row.ratios).toFixed(2)} to ${Math.max(...row.ratios).toFixed(2)} | ${(100 * share(row)).toFixed(0)} % |`;
  const markdown = `# Speed of the LFM2 kernels against llama.cpp

LFM2-350M's shape with random weights, ${measured.threads} ${measured.threads === 1 ? 'thread' : 'threads'}, in one process, run by run in turn; medians of ${Math.min(...pairs.map(({ ours }) => ours.length))} paired runs after one that is not counted. Tokens a second${CLOCKS[measured.clock]}. Encoding and prompts: int8 weights here, Q8_0 or Q4_0 there; decoding: int4 here, Q4_0 there.

| measurement | glot | llama.cpp (node-llama-cpp) | ratio | lowest to highest | of the machine's limit |
| --- | --- | --- | --- | --- | --- |
${rows.map(line).join('\n')}

Limits measured before, through the same runtime: ${limits.f32Gflops.toFixed(0)} GFLOP/s in f32, ${limits.int8Gops.toFixed(0)} Gop/s by bytes, ${limits.gigabytesPerSecond.toFixed(1)} GB/s from memory. The last column counts the layers' products against the rate by bytes, or the bytes of the weights against the memory.

Machine: ${measured.processor}, Node.js ${measured.node}. Seconds to load: ${Object.entries(measured.loads)
    .map(([name, ms]) => `${name} ${(ms / 1000).toFixed(1)}`)
    .join('; ')}. Resident at the end, all four models together: ${(measured.residentBytes / 1e9).toFixed(2)} GB.
`;
  const ratios = Object.fromEntries(rows.map(({ name, ratio }) => [name, ratio]));
  return { markdown, json: { ...measured, ratios, tokensPerSecond: rows } };
}
