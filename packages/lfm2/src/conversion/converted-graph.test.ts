import { mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { f32Tensor } from '@glot/kernels';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoint } from '../checkpoint.js';
import { Decoder } from '../decoder/decoder.js';
import { TINY, writeRandomCheckpoint } from '../testing/random-checkpoint.js';
import { type Head, Trunk, type TrunkOptions } from '../trunk.js';
import { convertModel } from './convert-model.js';

describe('converted weights', () => {
  let folder: string;
  let cacheFolder: string;
  let checkpoint: Checkpoint;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-umgewandelt-變換-'));
    cacheFolder = join(folder, 'cache');
    await writeRandomCheckpoint(folder, TINY);
    checkpoint = await Checkpoint.open(folder);
  });
  afterEach(async () => {
    await checkpoint.close();
    await rm(folder, { recursive: true });
  });

  async function logits(options: object): Promise<Float32Array> {
    const decoder = await Decoder.load(checkpoint, { threads: 1, contextTokens: 64, ...options });
    const result = await decoder.advance(decoder.start(), [1, 20, 33, 47, 150]);
    await decoder.dispose();
    return result;
  }
  const entries = async () => (await readdir(cacheFolder)).sort();

  for (const precision of ['f32', 'int8', 'int4'] as const) {
    it(`give the same logits from the cache, made or found: ${precision}`, async () => {
      const expected = await logits({ precision });
      expect(await logits({ precision, cacheFolder })).toEqual(expected);
      const before = await entries();
      const made = await Promise.all(before.map((name) => stat(join(cacheFolder, name, 'weights.bin'))));
      expect(await logits({ precision, cacheFolder })).toEqual(expected);
      expect(await entries()).toEqual(before);
      const found = await Promise.all(before.map((name) => stat(join(cacheFolder, name, 'weights.bin'))));
      expect(found.map(({ ino }) => ino)).toEqual(made.map(({ ino }) => ino));
      expect(before.some((name) => name.endsWith('.tmp'))).toBe(false);
    });
  }

  it('are made again where a file was cut off or is nonsense', async () => {
    const options = { precision: 'f32', cacheFolder };
    const expected = await logits(options);
    const [name] = await entries();
    const at = (file: string) => join(cacheFolder, name!, file);
    const whole = (await stat(at('weights.bin'))).size;
    await truncate(at('weights.bin'), 5000);
    expect(await logits(options)).toEqual(expected);
    expect((await stat(at('weights.bin'))).size).toBe(whole);
    await writeFile(at('manifest.json'), 'ñonsense');
    expect(await logits(options)).toEqual(expected);
    await writeFile(at('model.onnx'), 'nonsense');
    expect(await logits(options)).toEqual(expected);
  });

  it('serve encoders as well, apart by what the graph depends on', async () => {
    const batch = { ids: Int32Array.of(1, 20, 33, 47, 150), sequences: 1, length: 5 };
    const states = async (options: TrunkOptions) => {
      const trunk = await Trunk.load(checkpoint, { threads: 1, ...options });
      const result = await trunk.run(batch);
      await trunk.dispose();
      return result;
    };
    const causal = { precision: 'int8' } as const;
    const both = { ...causal, attention: 'bidirectional', convolution: 'centered' } as const;
    const expected = [await states(causal), await states(both)];
    expect(expected[0]).not.toEqual(expected[1]);
    for (let time = 0; time < 2; time += 1) {
      expect(await states({ ...causal, cacheFolder })).toEqual(expected[0]);
      expect(await states({ ...both, cacheFolder })).toEqual(expected[1]);
      expect((await entries()).length).toBe(2);
    }
    const head = (identity: string, factor: number): Head => ({
      identity,
      width: TINY.hidden,
      build: (graph, hidden) => graph.node('Mul', [hidden, graph.constant(f32Tensor(Float32Array.of(factor), []))]),
    });
    const doubled = await states({ ...causal, head: head('two', 2), cacheFolder });
    const tripled = await states({ ...causal, head: head('three', 3), cacheFolder });
    expect(doubled).toEqual(expected[0]!.map((value) => value * 2));
    expect(tripled).toEqual(expected[0]!.map((value) => Math.fround(value * 3)));
  });

  it('come from one conversion for every context limit', async () => {
    expect(await convertModel(folder, { precision: 'int8', folder: cacheFolder })).toBe(cacheFolder);
    const before = await entries();
    expect(before.length).toBe(1);
    await logits({ precision: 'int8', contextTokens: 99, cacheFolder });
    expect(await entries()).toEqual(before);
  });

  it('belong to one state of the checkpoint', async () => {
    await logits({ precision: 'f32', cacheFolder });
    await utimes(join(folder, 'model.safetensors'), new Date(), new Date(Date.now() + 5000));
    await logits({ precision: 'f32', cacheFolder });
    expect((await entries()).length).toBe(2);
  });
});
