import { join } from 'node:path';
import { Checkpoint, Decoder, Trunk } from '@glot/lfm2';
import { LlamaCpp } from './llama-cpp.js';
import { type Clock, stopwatch } from './stopwatch.js';

/** What a section of the benchmark needs to know. */
export interface Bench {
  readonly llamaFolder: string;
  /** GGUF files of random weights. */
  readonly q8: string;
  readonly q4: string;
  /** Folders of converted weights. */
  readonly encoderWeights: string;
  readonly decoderWeights: string;
  readonly threads: number;
  readonly clock: Clock;
  /** Longest prompt. */
  readonly longest: number;
}

/** One measured thing: both sides give one time in milliseconds per name, in the order of the names. */
export interface Case {
  readonly names: readonly string[];
  /** Tokens that each time covers. */
  readonly tokens: readonly number[];
  readonly ours: () => Promise<readonly number[]>;
  readonly theirs: () => Promise<readonly number[]>;
}

export interface Section {
  readonly cases: readonly Case[];
  close(): Promise<void>;
}

/** Tokens that are decoded for one time. */
const DECODED = 24;

const prompt = (length: number, from = 0) => Array.from({ length }, (_, i) => 100 + (((from + i) * 7919) % 60_000));

/** Encoding with int8 weights, against prompts read with Q8_0. Several texts are one batch here, one after the other there. */
export async function encoding(bench: Bench): Promise<Section> {
  const { threads, clock } = bench;
  const checkpoint = await Checkpoint.open(bench.q8);
  const trunk = await Trunk.load(checkpoint, {
    precision: 'int8',
    threads,
    maxTokens: 512,
    cacheFolder: bench.encoderWeights,
  });
  await checkpoint.close();
  const llama = await LlamaCpp.open(bench.llamaFolder, bench.q8, threads, 1024, clock);
  const of = (name: string, sequences: number, length: number): Case => ({
    names: [name],
    tokens: [sequences * length],
    ours: async () => {
      const ids = Int32Array.from(prompt(sequences * length));
      const time = stopwatch(clock);
      await trunk.run({ ids, sequences, length });
      return [time()];
    },
    theirs: async () => {
      let sum = 0;
      for (let i = 0; i < sequences; i += 1) sum += (await llama.measure(prompt(length, i * length), 0)).prefill;
      return [sum];
    },
  });
  return {
    cases: [of('encode 1x512', 1, 512), of('encode 8x128', 8, 128), of('query 1x32', 1, 32)],
    close: async () => {
      await Promise.all([trunk.dispose(), llama.dispose()]);
    },
  };
}

/** Prompts read with int8 weights and decoding with int4 ones, against Q4_0. */
export async function generation(bench: Bench): Promise<Section> {
  const { threads, clock } = bench;
  const checkpoint = await Checkpoint.open(bench.q8);
  const decoder = await Decoder.load(checkpoint, { threads, cacheFolder: bench.decoderWeights });
  await checkpoint.close();
  const llama = await LlamaCpp.open(bench.llamaFolder, bench.q4, threads, bench.longest + 256, clock);

  async function ours(length: number, count: number): Promise<number[]> {
    const state = decoder.start();
    const reading = stopwatch(clock);
    await decoder.forward(state, prompt(length));
    const prefill = reading();
    if (count === 0) return [prefill];
    // The first step makes room in the buffers.
    let logits = await decoder.forward(state, [100]);
    const writing = stopwatch(clock);
    for (let i = 0; i < count; i += 1) {
      let best = 0;
      for (let id = 1; id < logits.length; id += 1) if (logits[id]! > logits[best]!) best = id;
      logits = await decoder.forward(state, [best]);
    }
    return [prefill, writing() / count];
  }
  const both = (length: number): Case => ({
    names: [`prefill ${length}`, `decode after ${length}`],
    tokens: [length, 1],
    ours: () => ours(length, DECODED),
    theirs: async () => Object.values(await llama.measure(prompt(length), DECODED)),
  });
  const cases: Case[] = [
    { names: ['prefill 128'], tokens: [128], ours: () => ours(128, 0), theirs: () => prefill(128) },
    {
      names: ['decode after 64'],
      tokens: [1],
      ours: async () => (await ours(64, DECODED)).slice(1),
      theirs: async () => [(await llama.measure(prompt(64), DECODED)).decode],
    },
    ...[512, 2048, 4096].filter((length) => length <= bench.longest).map(both),
  ];
  async function prefill(length: number): Promise<number[]> {
    return [(await llama.measure(prompt(length), 0)).prefill];
  }
  return {
    cases,
    close: async () => {
      await Promise.all([decoder.dispose(), llama.dispose()]);
    },
  };
}

/** Where the files of one shape lie. */
export function filesOf(work: string, shape: string) {
  const at = (type: string) => join(work, `lfm2-${shape.toLowerCase()}-${type}.gguf`);
  const weights = (of: string) => join(work, `converted-${shape.toLowerCase()}`, of);
  return { q8: at('Q8_0'), q4: at('Q4_0'), encoderWeights: weights('encoder'), decoderWeights: weights('decoder') };
}
