import { HIDDEN } from '@glot/kernels';
import type { Lfm2Config } from '../config.js';

interface KeyValueBuffers {
  readonly layer: number;
  /** [kvHeads, capacity, headDim] */
  keys: Float32Array;
  values: Float32Array;
}

/**
 * What a decoder remembers of one sequence: keys and values per attention layer in buffers that grow, and the last
 * inputs of every convolution. It only goes forward: the convolutions cannot be rewound, hence snapshots.
 */
export class DecoderState {
  readonly #config: Lfm2Config;
  readonly #attention: KeyValueBuffers[];
  readonly #convolution: Map<number, Float32Array>;
  #mask: Float32Array;
  #length = 0;

  constructor(config: Lfm2Config) {
    this.#config = config;
    const layers = [...config.layers.entries()];
    this.#attention = layers
      .filter(([, type]) => type === 'full_attention')
      .map(([layer]) => ({ layer, keys: new Float32Array(0), values: new Float32Array(0) }));
    this.#convolution = new Map(
      layers
        .filter(([, type]) => type === 'conv')
        .map(([layer]) => [layer, new Float32Array((config.convKernel - 1) * config.hiddenSize)]),
    );
    this.#mask = new Float32Array(0);
  }

  /** Tokens behind this state. */
  get length(): number {
    return this.#length;
  }

  /** Positions that the buffers have room for. */
  get capacity(): number {
    return this.#mask.length;
  }

  /** Bytes of the buffers. */
  get bytes(): number {
    const buffers = this.#attention.reduce((sum, { keys, values }) => sum + keys.byteLength + values.byteLength, 0);
    return buffers + [...this.#convolution.values()].reduce((sum, state) => sum + state.byteLength, 0);
  }

  /** An independent copy, without spare room; whoever goes on from it leaves this one as it is. */
  snapshot(): DecoderState {
    const copy = new DecoderState(this.#config);
    copy.#length = this.#length;
    copy.#mask = new Float32Array(this.#length);
    copy.#attention.forEach((target, i) => {
      target.keys = this.#resized(this.#attention[i]!.keys, this.#length);
      target.values = this.#resized(this.#attention[i]!.values, this.#length);
    });
    for (const [layer, state] of this.#convolution) copy.#convolution.set(layer, state.slice());
    return copy;
  }

  /** Makes room for so many positions in all. */
  reserve(positions: number): void {
    if (positions <= this.capacity) return;
    // Doubling while small; later less, since every empty position costs time in each step.
    const capacity = Math.max(positions, Math.min(this.capacity * 2, this.capacity + 512), 64);
    for (const buffers of this.#attention) {
      buffers.keys = this.#resized(buffers.keys, capacity);
      buffers.values = this.#resized(buffers.values, capacity);
    }
    this.#mask = new Float32Array(capacity).fill(HIDDEN, this.#length);
  }

  /** The state as inputs of a decoding graph. */
  feeds(): Record<string, { data: Float32Array; shape: number[] }> {
    const { kvHeads, headDim, convKernel, hiddenSize } = this.#config;
    const feeds: Record<string, { data: Float32Array; shape: number[] }> = {
      past_mask: { data: this.#mask, shape: [this.capacity] },
    };
    for (const { layer, keys, values } of this.#attention) {
      const shape = [kvHeads, 1, this.capacity, headDim];
      feeds[`keys_${layer}`] = { data: keys, shape };
      feeds[`values_${layer}`] = { data: values, shape };
    }
    for (const [layer, data] of this.#convolution) {
      feeds[`state_${layer}`] = { data, shape: [1, convKernel - 1, hiddenSize] };
    }
    return feeds;
  }

  /** Takes in what a decoding graph gave for `count` new tokens. */
  append(outputs: Readonly<Record<string, { readonly data: ArrayLike<number> }>>, count: number): void {
    this.reserve(this.#length + count);
    for (const buffers of this.#attention) {
      this.#write(buffers.keys, outputs[`new_keys_${buffers.layer}`]!.data as Float32Array, count);
      this.#write(buffers.values, outputs[`new_values_${buffers.layer}`]!.data as Float32Array, count);
    }
    for (const layer of this.#convolution.keys()) {
      this.#convolution.set(layer, outputs[`new_state_${layer}`]!.data as Float32Array);
    }
    this.#mask.fill(0, this.#length, this.#length + count);
    this.#length += count;
  }

  #write(target: Float32Array, source: Float32Array, count: number): void {
    const { kvHeads, headDim } = this.#config;
    for (let head = 0; head < kvHeads; head += 1) {
      const rows = source.subarray(head * count * headDim, (head + 1) * count * headDim);
      target.set(rows, (head * this.capacity + this.#length) * headDim);
    }
  }

  #resized(source: Float32Array, capacity: number): Float32Array {
    const { kvHeads, headDim } = this.#config;
    const target = new Float32Array(kvHeads * capacity * headDim);
    const stride = source.length / kvHeads;
    for (let head = 0; head < kvHeads; head += 1) {
      const rows = source.subarray(head * stride, head * stride + this.#length * headDim);
      target.set(rows, head * capacity * headDim);
    }
    return target;
  }
}
