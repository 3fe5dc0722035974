import { setImmediate } from 'node:timers/promises';
import { type ConversionOptions, convertedGraph, type Precision } from '@glot/checkpoints';
import { GlotError, throwIfAborted } from '@glot/errors';
import { createSession, type GraphBuilder, type GraphSession, type SessionOptions } from '@glot/kernels';
import type { Checkpoint } from '../checkpoint.js';
import type { Lfm2Config } from '../config.js';
import { decodeGraph } from './decode-graph.js';
import { DecoderState } from './decoder-state.js';

export interface DecoderOptions extends SessionOptions, ConversionOptions {
  /** Default: int4, with a second set of int8 weights for prompts. */
  readonly precision?: Precision | undefined;
  /** Most tokens of a sequence; default: the smaller of max_position_embeddings and 32,768. */
  readonly contextTokens?: number | undefined;
  /** Tokens of a prompt that are run at once; default 256. */
  readonly chunkTokens?: number | undefined;
  /** Weights that read prompts; default: int8 where `precision` is int4, else the same ones. */
  readonly prefillPrecision?: Precision | undefined;
}

const DEFAULT_CONTEXT = 32_768;
const DEFAULT_CHUNK = 256;
/** Longer than the gaps between the products of a step, short beside the step. */
const STEP_SPIN_MICROSECONDS = 200;

/** A causal LFM2 model that reads and continues sequences token by token. */
export class Decoder {
  readonly config: Lfm2Config;
  readonly contextTokens: number;
  readonly #chunk: number;
  readonly #step: GraphSession;
  /** Reads all but the last token of a prompt; null where the other session does. */
  readonly #prefill: GraphSession | null;

  /**
   * Loads the weights; the checkpoint may be closed afterwards.
   * @throws GlotError `lfm2.unsupported` (bidirectional), `lfm2.tensor`, `lfm2.dtype`, `kernels.*`
   */
  static async load(checkpoint: Checkpoint, options: DecoderOptions = {}): Promise<Decoder> {
    const { config, folder } = checkpoint;
    if (config.attention !== 'causal' || config.convolution !== 'causal') {
      throw new GlotError('lfm2.unsupported', `${folder} is a bidirectional encoder; it cannot continue a text`);
    }
    const precision = options.precision ?? 'int4';
    const prefillPrecision = options.prefillPrecision ?? (precision === 'int4' ? 'int8' : precision);
    const contextTokens = Math.min(options.contextTokens ?? DEFAULT_CONTEXT, config.maxPositions);
    // One size of tables for all limits, so that one conversion serves them all.
    const tableTokens = Math.max(contextTokens, Math.min(DEFAULT_CONTEXT, config.maxPositions));
    const graph = (of: Precision, output: 'logits' | 'none') => {
      const wanted = { precision: of, contextTokens: tableTokens, output };
      const build = (builder: GraphBuilder) => decodeGraph(checkpoint, wanted, builder);
      return convertedGraph(checkpoint, { precision: of, facts: { decode: wanted }, build }, options);
    };
    const stepGraph = await graph(precision, 'logits');
    // Both are converted before either is loaded, so that converting needs no memory for loaded weights.
    if (prefillPrecision !== precision && options.cacheFolder !== undefined) await graph(prefillPrecision, 'none');
    const step = await createSession(stepGraph, {
      ...options,
      spinMicroseconds: options.spinMicroseconds ?? STEP_SPIN_MICROSECONDS,
    });
    try {
      const prefill =
        prefillPrecision === precision ? null : await createSession(await graph(prefillPrecision, 'none'), options);
      return new Decoder(config, contextTokens, options.chunkTokens ?? DEFAULT_CHUNK, step, prefill);
    } catch (error) {
      await step.dispose();
      throw error;
    }
  }

  private constructor(
    config: Lfm2Config,
    contextTokens: number,
    chunk: number,
    step: GraphSession,
    prefill: GraphSession | null,
  ) {
    this.config = config;
    this.contextTokens = contextTokens;
    this.#chunk = chunk;
    this.#step = step;
    this.#prefill = prefill;
  }

  /** The state before the first token. */
  start(): DecoderState {
    return new DecoderState(this.config);
  }

  /**
   * Reads tokens into the state. Between chunks the event loop runs.
   * @returns logits of the token that follows, [vocabSize]
   * @throws GlotError `lfm2.batch`, `lfm2.context`, `kernels.*`, `AbortError`; the state keeps the chunks read so far
   */
  async forward(state: DecoderState, ids: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    this.#check(state, ids);
    if (ids.length > 1) state.reserve(state.length + ids.length);
    const readAhead = this.#prefill === null ? 0 : ids.length - 1;
    for (let from = 0; ; ) {
      throwIfAborted(signal);
      const ahead = from < readAhead;
      const to = Math.min(ahead ? readAhead : ids.length, from + this.#chunk);
      const output = await runChunk(ahead ? this.#prefill! : this.#step, state, ids.slice(from, to));
      if (to === ids.length) return output!;
      from = to;
      await setImmediate();
    }
  }

  /** Frees native memory. Safe to call twice. */
  async dispose(): Promise<void> {
    await Promise.all([this.#step.dispose(), this.#prefill?.dispose()]);
  }

  #check(state: DecoderState, ids: readonly number[]): void {
    if (ids.length === 0) throw new GlotError('lfm2.batch', 'there are no tokens to read');
    const foreign = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < this.config.vocabSize));
    if (foreign !== undefined) {
      throw new GlotError('lfm2.batch', `token id ${foreign} is outside of the vocabulary of ${this.config.vocabSize}`);
    }
    const tokens = state.length + ids.length;
    if (tokens <= this.contextTokens) return;
    throw new GlotError(
      'lfm2.context',
      `${tokens} tokens exceed the context of ${this.contextTokens}; shorten the prompt or raise contextTokens`,
      { details: { tokens, contextTokens: this.contextTokens } },
    );
  }
}

/** Runs a decoding graph over some tokens and takes their keys, values and states in. @returns its output, if any */
export async function runChunk(
  session: GraphSession,
  state: DecoderState,
  ids: readonly number[],
): Promise<Float32Array | undefined> {
  const outputs = await session.run({
    ids: { data: Int32Array.from(ids), shape: [1, ids.length] },
    start: { data: BigInt64Array.of(BigInt(state.length)), shape: [1] },
    ...state.feeds(),
  });
  state.append(outputs as Record<string, { data: Float32Array }>, ids.length);
  return outputs.output?.data as Float32Array | undefined;
}
