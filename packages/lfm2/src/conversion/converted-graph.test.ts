import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ConvertedWeights } from '@glot/checkpoints';
import { f32Tensor } from '@glot/kernels';
import { TINY, writeRandomCheckpoint } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Checkpoint } from '../checkpoint.js';
import { Decoder } from '../decoder/decoder.js';
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
    const result = await decoder.forward(decoder.start(), [1, 20, 33, 47, 150]);
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
    const made = await convertModel(folder, { precision: 'int8', folder: cacheFolder });
    const before = await entries();
    expect(before.length).toBe(1);
    const at = join(cacheFolder, before[0]!);
    const sizes = await Promise.all(['weights.bin', 'model.onnx'].map((name) => stat(join(at, name))));
    const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
    expect(made).toEqual([{ precision: 'int8', folder: at, bytes, made: true }]);
    const found = await convertModel(folder, { precision: 'int8', folder: cacheFolder });
    expect(found).toEqual([{ ...made[0], made: false }]);
    await logits({ precision: 'int8', contextTokens: 99, cacheFolder });
    expect(await entries()).toEqual(before);
  });

  it('are told apart: those of each step, and those for prompts', async () => {
    const kept = await convertModel(folder, { folder: cacheFolder });
    expect(kept.map(({ precision, made }) => [precision, made])).toEqual([
      ['int4', true],
      ['int8', true],
    ]);
    expect(kept.map(({ folder: place }) => basename(place)).sort()).toEqual(await entries());
  });

  it('are found in the default place, where nothing is written unasked', async () => {
    vi.stubEnv('GLOT_MODELS', join(folder, 'models'));
    const place = join(folder, 'converted');
    const inUse = async (precision: 'f32' | 'int8') => {
      const trunk = await Trunk.load(checkpoint, { threads: 1, precision });
      const states = await trunk.run({ ids: Int32Array.of(1, 20, 33), sequences: 1, length: 3 });
      await trunk.dispose();
      return states;
    };
    try {
      const expected = await inUse('int8');
      expect(await readdir(folder)).not.toContain('converted'); // loading alone writes nothing
      await (await Trunk.load(checkpoint, { threads: 1, precision: 'int8', cacheFolder: place })).dispose();
      const [name] = await readdir(place);
      expect(await inUse('int8')).toEqual(expected);
      // Other weights of the same size, to see that they are what is read.
      const weights = join(place, name!, 'weights.bin');
      await writeFile(weights, new Uint8Array((await stat(weights)).size));
      expect(await inUse('int8')).not.toEqual(expected);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('leave nothing behind where their making was ended, and clear up after processes that were killed', async () => {
    const controller = new AbortController();
    controller.abort();
    const converting = convertModel(folder, { folder: cacheFolder, signal: controller.signal });
    await expect(converting).rejects.toThrowError(expect.objectContaining({ name: 'AbortError' }));
    let reads = 0;
    // Fires at the third constant.
    const signal = {
      get aborted() {
        reads += 1;
        return reads > 3;
      },
    } as AbortSignal;
    const ended = convertModel(folder, { folder: cacheFolder, signal });
    await expect(ended).rejects.toThrowError(expect.objectContaining({ name: 'AbortError' }));
    expect(await entries()).toEqual([]);

    const [{ folder: made }] = (await convertModel(folder, { folder: cacheFolder, precision: 'f32' })) as [
      ConvertedWeights,
    ];
    await rm(made, { recursive: true });
    const { pid } = spawnSync(process.execPath, ['--version']);
    const leftovers = [`${made}.${pid}.tmp`, `${made}.${pid}.abcd.tmp`];
    const others = [`${made}.${process.ppid}.abcd.tmp`, join(cacheFolder, `f32-other.${pid}.abcd.tmp`)];
    for (const place of [...leftovers, ...others]) await mkdir(place);
    await convertModel(folder, { folder: cacheFolder, precision: 'f32' });
    expect(await entries()).toEqual([made, ...others].map((place) => basename(place)).sort());
  });

  it('say where they cannot be kept', async () => {
    await writeFile(cacheFolder, 'eine Datei');
    const converting = convertModel(folder, { folder: cacheFolder });
    await expect(converting).rejects.toThrowError(expect.objectContaining({ code: 'lfm2.conversion' }));
    await expect(converting).rejects.toThrowError(/cannot keep converted weights in .*cache/);
  });

  it('belong to one state of the checkpoint', async () => {
    await logits({ precision: 'f32', cacheFolder });
    await utimes(join(folder, 'model.safetensors'), new Date(), new Date(Date.now() + 5000));
    await logits({ precision: 'f32', cacheFolder });
    expect((await entries()).length).toBe(2);
  });
});
