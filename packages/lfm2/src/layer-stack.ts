import type { MatrixQuantizer } from '@glot/checkpoints';
import { type GraphBuilder, type RmsNormWeights, rmsNorm, skipRmsNorm, swiGlu, type Value } from '@glot/kernels';
import type { Checkpoint } from './checkpoint.js';
import { type FeedForwardWeights, type LayerWeights, layerWeights } from './layer-weights.js';

/**
 * What mixes the tokens of a layer, between its norm and the residual addition.
 * @param x [tokens, hiddenSize]
 * @returns the same shape
 */
export type Operator = (x: Value, layer: LayerWeights, index: number) => Value;

/** The residual stream, and the output of a block that is still to be added to it: the norm that comes next adds it. */
export class ResidualStream {
  readonly #graph: GraphBuilder;
  #sum: Value;
  #added: Value | null = null;

  /** @param embeddings [tokens, hiddenSize], of ids or of whatever else a model reads */
  constructor(graph: GraphBuilder, embeddings: Value) {
    this.#graph = graph;
    this.#sum = embeddings;
  }

  /** What the next block reads: the normalized stream. */
  normed(weights: RmsNormWeights): Value {
    if (this.#added === null) return rmsNorm(this.#graph, this.#sum, weights);
    const { normed, sum } = skipRmsNorm(this.#graph, this.#added, this.#sum, weights);
    this.#sum = sum;
    this.#added = null;
    return normed;
  }

  /** @param output of a block, to be called once between two norms */
  add(output: Value): void {
    this.#added = output;
  }

  /** Goes on with some of the rows only. */
  select(rows: (value: Value) => Value): void {
    this.#sum = rows(this.#sum);
    this.#added = this.#added && rows(this.#added);
  }
}

/** Adds the layers of a checkpoint one after the other, as the weights of each say; all of LFM2 runs through here. */
export async function addLayers(
  graph: GraphBuilder,
  stream: ResidualStream,
  checkpoint: Checkpoint,
  { quantizer, operator }: { readonly quantizer: MatrixQuantizer; readonly operator: Operator },
): Promise<void> {
  for (const index of checkpoint.config.layers.keys()) {
    const layer = await layerWeights(checkpoint, index, quantizer);
    stream.add(operator(stream.normed(layer.operatorNorm), layer, index));
    stream.add(feedForward(graph, stream.normed(layer.feedForwardNorm), layer.feedForward));
  }
}

function feedForward(graph: GraphBuilder, x: Value, weights: FeedForwardWeights): Value {
  switch (weights.kind) {
    case 'dense':
      return swiGlu(graph, x, weights);
  }
}
