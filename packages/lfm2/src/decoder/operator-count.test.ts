import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder, type NodeOptions, type Value } from '@glot/kernels';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoint } from '../checkpoint.js';
import type { Precision } from '../precision.js';
import { TINY, writeRandomCheckpoint } from '../testing/random-checkpoint.js';
import { decodeGraph } from './decode-graph.js';

class CountingBuilder extends GraphBuilder {
  operators = 0;

  override nodes(opType: string, inputs: readonly Value[], outputs: number, options?: NodeOptions): Value[] {
    this.operators += 1;
    return super.nodes(opType, inputs, outputs, options);
  }
}

describe('operators of a decoding graph', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-operators-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function count(layers: string, precision: Precision): Promise<number> {
    await writeRandomCheckpoint(folder, { ...TINY, layers });
    const checkpoint = await Checkpoint.open(folder);
    const builder = new CountingBuilder();
    await decodeGraph(checkpoint, { precision, contextTokens: 8, output: 'none' }, builder);
    await checkpoint.close();
    return builder.operators;
  }

  for (const [precision, most] of [
    ['f32', { convolution: 15, attention: 40 }],
    ['int4', { convolution: 15, attention: 40 }],
    ['int8', { convolution: 52, attention: 79 }],
  ] as const) {
    it(`are no more than they were, per layer: ${precision}`, async () => {
      const base = await count('c', precision);
      const found = {
        convolution: (await count('cc', precision)) - base,
        attention: (await count('cA', precision)) - base,
      };
      expect(found).toEqual(most);
    });
  }
});
