import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Precision } from '@glot/checkpoints';
import { TINY, writeRandomCheckpoint } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoint } from './checkpoint.js';
import { TextTokenizer } from './text-tokenizer.js';
import { Trunk } from './trunk.js';

const EMBEDDED = fileURLToPath(new URL('../../encoder/models/glot-colbert-mini', import.meta.url));
const TEXTS = [
  'Sauerteig braucht Zeit: je kühler der Raum, desto länger.',
  'كيف أحضّر قهوة باردة في البيت؟',
  '発酵には塩と時間が必要です。',
  'ปลูกมะเขือเทศในกระถาง',
  'How far does a swarm of bees fly? 🐝 About a kilometre — सामान्यतः।',
];

/** Smallest cosine between rows of the same place. */
function leastCosine(a: Float32Array, b: Float32Array, width: number): number {
  expect(a.length).toBe(b.length);
  let least = 1;
  for (let start = 0; start < a.length; start += width) {
    let [dot, aa, bb] = [0, 0, 0];
    for (let i = start; i < start + width; i += 1) {
      dot += a[i]! * b[i]!;
      aa += a[i]! ** 2;
      bb += b[i]! ** 2;
    }
    least = Math.min(least, dot / Math.sqrt(aa * bb));
  }
  return least;
}

async function hiddenStates(checkpoint: Checkpoint, ids: Int32Array, precision: Precision) {
  const trunk = await Trunk.load(checkpoint, { precision, threads: 1 });
  const states = await trunk.run({ ids, sequences: 1, length: ids.length });
  await trunk.dispose();
  return states;
}

describe('precisions', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-precision-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('int8 keeps every token of a checkpoint with an outlier token and outlier channels', async () => {
    const shape = { ...TINY, hidden: 128, inner: 256 };
    await writeRandomCheckpoint(folder, shape, (name, values) => {
      // Branches are small beside the residual stream, as in trained models.
      if (/out_proj|w2/.test(name)) for (let i = 0; i < values.length; i += 1) values[i]! *= 0.25;
      if (name !== 'model.embed_tokens.weight') return;
      for (let i = 0; i < values.length; i += 1) {
        if (i % shape.hidden === 17 || i % shape.hidden === 90) values[i]! *= 100;
        if (i < 2 * shape.hidden && i >= shape.hidden) values[i]! *= 500;
      }
    });
    const checkpoint = await Checkpoint.open(folder);
    const ids = Int32Array.from({ length: 40 }, (_, i) => (i === 0 ? 1 : 8 + ((i * 31) % 150)));
    const exact = await hiddenStates(checkpoint, ids, 'f32');
    const rounded = await hiddenStates(checkpoint, ids, 'int8');
    await checkpoint.close();
    expect(leastCosine(rounded, exact, shape.hidden)).toBeGreaterThan(0.995);
  });

  it('int8 keeps every token of the embedded encoder', async () => {
    const checkpoint = await Checkpoint.open(EMBEDDED);
    const tokenizer = await TextTokenizer.load(EMBEDDED);
    for (const text of TEXTS) {
      const ids = Int32Array.from(tokenizer.encode(text));
      const exact = await hiddenStates(checkpoint, ids, 'f32');
      const rounded = await hiddenStates(checkpoint, ids, 'int8');
      expect(leastCosine(rounded, exact, checkpoint.config.hiddenSize), text).toBeGreaterThan(0.999);
    }
    await checkpoint.close();
  });

  it('int4 stays in sight of f32, on a random trunk that forgives little', async () => {
    await writeRandomCheckpoint(folder, TINY);
    const checkpoint = await Checkpoint.open(folder);
    const ids = Int32Array.from({ length: 40 }, (_, i) => (i * 31) % 160);
    const exact = await hiddenStates(checkpoint, ids, 'f32');
    const rounded = await hiddenStates(checkpoint, ids, 'int4');
    await checkpoint.close();
    const least = leastCosine(rounded, exact, TINY.hidden);
    expect(least).toBeGreaterThan(0.7);
    expect(least).toBeLessThan(0.9999);
  });
});
