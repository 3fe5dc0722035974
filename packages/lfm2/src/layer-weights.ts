import type { MatrixQuantizer } from '@glot/checkpoints';
import type {
  AttentionWeights,
  LinearWeights,
  ParallelWeights,
  RmsNormWeights,
  ShortConvolutionWeights,
  SwiGluWeights,
  TensorData,
} from '@glot/kernels';
import { stacked } from '@glot/kernels';
import type { Checkpoint } from './checkpoint.js';

/** What a layer does with each token by itself. */
export type FeedForwardWeights = { readonly kind: 'dense' } & SwiGluWeights;

interface SharedWeights {
  readonly operatorNorm: RmsNormWeights;
  readonly feedForwardNorm: RmsNormWeights;
  readonly feedForward: FeedForwardWeights;
}

export type LayerWeights = SharedWeights &
  (
    | { readonly kind: 'conv'; readonly convolution: ShortConvolutionWeights }
    | { readonly kind: 'full_attention'; readonly attention: AttentionWeights }
  );

/** Reads the tensors of one layer. @throws GlotError `lfm2.tensor`, `lfm2.dtype` */
export async function layerWeights(
  checkpoint: Checkpoint,
  index: number,
  quantizer: MatrixQuantizer,
): Promise<LayerWeights> {
  const { config } = checkpoint;
  const matrix = (name: string, outputs: number, inputs: number, bias = false) =>
    linearWeights(checkpoint, name, outputs, inputs, bias, quantizer);
  const parallel = (parts: readonly (readonly [string, number])[]) =>
    parallelWeights(checkpoint, parts, width, quantizer);
  const width = config.hiddenSize;
  const at = (name: string) => `layers.${index}.${name}`;
  // The number in config.json is not the width of the matrices in most released models; the tensor is.
  const inner = checkpoint.shape(at('feed_forward.w1.weight'))[0] ?? 0;
  const shared: SharedWeights = {
    operatorNorm: await norm(checkpoint, at('operator_norm.weight'), width),
    feedForwardNorm: await norm(checkpoint, at('ffn_norm.weight'), width),
    feedForward: {
      kind: 'dense',
      gateUp: await parallel([
        [at('feed_forward.w1'), inner],
        [at('feed_forward.w3'), inner],
      ]),
      down: await matrix(at('feed_forward.w2'), width, inner),
    },
  };
  if (config.layers[index] === 'conv') {
    const bias = config.convBias;
    const convolution: ShortConvolutionWeights = {
      inProjection: await matrix(at('conv.in_proj'), 3 * width, width, bias),
      kernel: await checkpoint.floats(at('conv.conv.weight'), [width, 1, config.convKernel]),
      bias: bias ? await checkpoint.floats(at('conv.conv.bias'), [width]) : undefined,
      outProjection: await matrix(at('conv.out_proj'), width, width, bias),
    };
    return { ...shared, kind: 'conv', convolution };
  }
  const { headDim } = config;
  const attention: AttentionWeights = {
    queryKeyValue: await parallel([
      [at('self_attn.q_proj'), config.heads * headDim],
      [at('self_attn.k_proj'), config.kvHeads * headDim],
      [at('self_attn.v_proj'), config.kvHeads * headDim],
    ]),
    output: await matrix(at('self_attn.out_proj'), width, config.heads * headDim),
    queryNorm: await norm(checkpoint, at('self_attn.q_layernorm.weight'), headDim),
    keyNorm: await norm(checkpoint, at('self_attn.k_layernorm.weight'), headDim),
  };
  return { ...shared, kind: 'full_attention', attention };
}

export async function norm(checkpoint: Checkpoint, name: string, width: number): Promise<RmsNormWeights> {
  return { weight: await checkpoint.floats(name, [width]), epsilon: checkpoint.config.normEpsilon };
}

async function linearWeights(
  checkpoint: Checkpoint,
  name: string,
  outputs: number,
  inputs: number,
  bias: boolean,
  quantizer: MatrixQuantizer,
): Promise<LinearWeights> {
  return {
    weight: quantizer.quantize(await checkpoint.floats(`${name}.weight`, [outputs, inputs])),
    bias: bias ? await checkpoint.floats(`${name}.bias`, [outputs]) : undefined,
  };
}

async function parallelWeights(
  checkpoint: Checkpoint,
  parts: readonly (readonly [name: string, outputs: number])[],
  inputs: number,
  quantizer: MatrixQuantizer,
): Promise<ParallelWeights> {
  if (!quantizer.joins) {
    const apart: LinearWeights[] = [];
    for (const [name, outputs] of parts) {
      apart.push(await linearWeights(checkpoint, name, outputs, inputs, false, quantizer));
    }
    return { apart };
  }
  const floats: TensorData[] = [];
  for (const [name, outputs] of parts) floats.push(await checkpoint.floats(`${name}.weight`, [outputs, inputs]));
  return { joined: { weight: quantizer.quantize(stacked(floats)) }, outputs: parts.map(([, outputs]) => outputs) };
}
