import { type ConversionOptions, convertedGraph, matrixQuantizer, type Precision } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import {
  type AttentionMode,
  attention,
  type ConvolutionMode,
  createSession,
  type Graph,
  type GraphBuilder,
  type GraphSession,
  ropeTables,
  type SessionOptions,
  sequenceInputs,
  shortConvolution,
  type Value,
} from '@glot/kernels';
import type { Checkpoint } from './checkpoint.js';
import { addLayers, ResidualStream } from './layer-stack.js';
import { norm } from './layer-weights.js';
import { vocabulary } from './vocabulary.js';

/** What stands on top of the final hidden states. */
export interface Head {
  /** Tells heads apart in the cache of converted weights: equal ones must build equal graphs. */
  readonly identity: string;
  /** Numbers per token that come out. */
  readonly width: number;
  /** hidden [n, hiddenSize] -> [n, width] */
  build(graph: GraphBuilder, hidden: Value): Value;
}

export interface TrunkOptions extends SessionOptions, ConversionOptions {
  /** Default: what the architecture in config.json says. */
  readonly attention?: AttentionMode | undefined;
  /** Default: what the architecture in config.json says. */
  readonly convolution?: ConvolutionMode | undefined;
  /**
   * Whether hidden tokens (`TokenBatch.valid`) enter convolutions as zeros, as transformers from 5.24 on has it; default:
   * they enter as they are.
   */
  readonly maskedConvolution?: boolean | undefined;
  /** Longest sequence; default: the smaller of max_position_embeddings and 4,096. */
  readonly maxTokens?: number | undefined;
  /** How matrices are held; default: f32, with the embedding table as it is stored. */
  readonly precision?: Precision | undefined;
  /** Default: none, so that the normalized hidden states come out. */
  readonly head?: Head | undefined;
}

/** Sequences of one length. */
export interface TokenBatch {
  /** [sequences x length] */
  readonly ids: Int32Array;
  readonly sequences: number;
  readonly length: number;
  /** [sequences]: keys from this position on are hidden from every row of the sequence; default: none is. */
  readonly valid?: Int32Array;
}

interface TrunkFacts {
  readonly width: number;
  readonly maxTokens: number;
  readonly vocabSize: number;
  /** Whether the graph asks which tokens are visible. */
  readonly masked: boolean;
}

const DEFAULT_MAX_TOKENS = 4096;

/** The stack of LFM2 layers, loaded and ready. */
export class Trunk {
  /** Numbers per token that `run` gives. */
  readonly width: number;
  readonly maxTokens: number;
  readonly #vocabSize: number;
  readonly #masked: boolean;
  readonly #session: GraphSession;

  /** Loads the weights; the checkpoint may be closed afterwards. @throws GlotError `lfm2.tensor`, `lfm2.dtype`, `kernels.*` */
  static async load(checkpoint: Checkpoint, options: TrunkOptions = {}): Promise<Trunk> {
    const { config } = checkpoint;
    const maxTokens = options.maxTokens ?? Math.min(config.maxPositions, DEFAULT_MAX_TOKENS);
    const width = options.head?.width ?? config.hiddenSize;
    const build = async (graph: GraphBuilder): Promise<Graph> => {
      const hidden = await trunkGraph(graph, checkpoint, maxTokens, options);
      graph.output('output', options.head?.build(graph, hidden) ?? hidden, 'f32', ['tokens', width]);
      return graph.build('lfm2');
    };
    const { precision = 'f32' } = options;
    const trunk = [maxTokens, options.attention, options.convolution, options.head?.identity].map(
      (fact) => fact ?? null,
    );
    const masked = options.maskedConvolution ?? false;
    const facts = { trunk, ...(masked && { masked }) };
    const graph = await convertedGraph(checkpoint, { precision, facts, build }, options);
    const session = await createSession(graph, options);
    return new Trunk(session, { width, maxTokens, vocabSize: config.vocabSize, masked });
  }

  private constructor(session: GraphSession, facts: TrunkFacts) {
    this.#session = session;
    this.width = facts.width;
    this.maxTokens = facts.maxTokens;
    this.#vocabSize = facts.vocabSize;
    this.#masked = facts.masked;
  }

  /** @returns [sequences x length x width] @throws GlotError `lfm2.batch`, `kernels.run`, `kernels.disposed` */
  async run(batch: TokenBatch): Promise<Float32Array> {
    this.#check(batch);
    const { ids, sequences, length, valid } = batch;
    const lastKey = valid?.map((count) => count - 1) ?? new Int32Array(sequences).fill(length - 1);
    const { output } = await this.#session.run({
      ids: { data: ids, shape: [sequences, length] },
      last_key: { data: lastKey, shape: [sequences] },
      length: { data: Int32Array.of(length), shape: [1] },
      ...(this.#masked && { visible: { data: visibleTokens(lastKey, length), shape: [sequences * length, 1] } }),
    });
    return output!.data as Float32Array;
  }

  /** Frees native memory. Safe to call twice. */
  dispose(): Promise<void> {
    return this.#session.dispose();
  }

  // The runtime reads out of bounds of its tables rather than complain, so the batch is checked here.
  #check({ ids, sequences, length, valid }: TokenBatch): void {
    const refuse = (problem: string) => new GlotError('lfm2.batch', `cannot run this batch: ${problem}`);
    if (!(sequences >= 1 && length >= 1) || ids.length !== sequences * length) {
      throw refuse(`${ids.length} ids are not ${sequences} sequences of ${length}`);
    }
    if (length > this.maxTokens) throw refuse(`${length} tokens exceed the limit of ${this.maxTokens}`);
    const foreign = ids.find((id) => id < 0 || id >= this.#vocabSize);
    if (foreign !== undefined) throw refuse(`token id ${foreign} is outside of the vocabulary of ${this.#vocabSize}`);
    if (valid && (valid.length !== sequences || valid.some((count) => count < 1 || count > length))) {
      throw refuse(`the counts of visible keys must lie between 1 and ${length}, one per sequence`);
    }
  }
}

/** Adds the layers. @returns the normalized hidden states [tokens, hiddenSize] */
export async function trunkGraph(
  graph: GraphBuilder,
  checkpoint: Checkpoint,
  maxTokens: number,
  options: TrunkOptions,
): Promise<Value> {
  const { config } = checkpoint;
  const attentionMode = options.attention ?? config.attention;
  const convolutionMode = options.convolution ?? config.convolution;
  const { ids, sequence } = sequenceInputs(graph);
  // [n, 1]: 1 for tokens that convolutions see, else 0.
  const visible = options.maskedConvolution ? graph.input('visible', 'f32', ['tokens', 1]) : null;
  const seen = (x: Value): Value => (visible === null ? x : graph.node('Mul', [x, visible]));
  const rope = ropeTables(graph, maxTokens, config.headDim, config.ropeTheta);
  const precision = options.precision ?? 'f32';
  const stream = new ResidualStream(graph, (await vocabulary(checkpoint, precision, false)).embed(graph, ids));
  await addLayers(graph, stream, checkpoint, {
    quantizer: await matrixQuantizer(precision),
    operator: (x, layer) =>
      layer.kind === 'conv'
        ? shortConvolution(graph, seen(x), layer.convolution, convolutionMode, sequence)
        : attention(graph, x, layer.attention, config, attentionMode, rope, sequence),
  });
  return stream.normed(await norm(checkpoint, 'embedding_norm.weight', config.hiddenSize));
}

/** @returns [sequences x length] */
function visibleTokens(lastKey: Int32Array, length: number): Float32Array {
  const visible = new Float32Array(lastKey.length * length);
  lastKey.forEach((last, sequence) => {
    visible.fill(1, sequence * length, sequence * length + last + 1);
  });
  return visible;
}
