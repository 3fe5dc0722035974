import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Precision } from '@glot/checkpoints';
import { GraphBuilder, type NodeOptions, type Value } from '@glot/kernels';
import { TINY, writeRandomCheckpoint } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoint } from '../checkpoint.js';
import { trunkGraph } from '../trunk.js';
import { decodeGraph } from './decode-graph.js';

class CountingBuilder extends GraphBuilder {
  operators = 0;
  products = 0;

  override nodes(opType: string, inputs: readonly Value[], outputs: number, options?: NodeOptions): Value[] {
    this.operators += 1;
    if (['Gemm', 'MatMulIntegerToFloat', 'MatMulNBits'].includes(opType)) this.products += 1;
    return super.nodes(opType, inputs, outputs, options);
  }
}

interface Count {
  /** Nodes of a layer in all. */
  readonly operators: number;
  /** Products with a weight matrix among them. */
  readonly products: number;
}

describe('operators of a layer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-operators-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function count(layers: string, precision: Precision, path: 'encode' | 'decode'): Promise<Count> {
    await writeRandomCheckpoint(folder, { ...TINY, layers });
    const checkpoint = await Checkpoint.open(folder);
    const builder = new CountingBuilder();
    if (path === 'encode') await trunkGraph(builder, checkpoint, 8, { precision });
    else await decodeGraph(checkpoint, { precision, contextTokens: 8, output: 'none' }, builder);
    await checkpoint.close();
    return builder;
  }

  // A number that falls is to be written down here; one that grows needs a reason.
  const most = [
    ['encode', 'f32', 'convolution', 15, 5],
    ['encode', 'f32', 'attention', 20, 7],
    ['encode', 'int8', 'convolution', 52, 5],
    ['encode', 'int8', 'attention', 59, 7],
    ['decode', 'f32', 'convolution', 15, 5],
    ['decode', 'f32', 'attention', 40, 7],
    ['decode', 'int8', 'convolution', 52, 5],
    ['decode', 'int8', 'attention', 79, 7],
    ['decode', 'int4', 'convolution', 15, 4],
    ['decode', 'int4', 'attention', 39, 4],
  ] as const;
  for (const [path, precision, kind, operators, products] of most) {
    it(`are no more than they were: ${path}, ${precision}, ${kind}: ${operators}, of them ${products} products`, async () => {
      const base = await count('c', precision, path);
      const more = await count(kind === 'attention' ? 'cA' : 'cc', precision, path);
      const found = { operators: more.operators - base.operators, products: more.products - base.products };
      expect(found).toEqual({ operators, products });
    });
  }
});
