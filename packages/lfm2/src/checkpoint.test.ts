import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Checkpoint } from './checkpoint.js';
import { logitsHead } from './testing/logits-head.js';
import { Trunk } from './trunk.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/checkpoints/sharded-bf16', import.meta.url));

function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

describe('a sharded BF16 checkpoint with the key names of the first releases', () => {
  let checkpoint: Checkpoint;
  let golden: SafetensorsFile;
  let ids: Int32Array;
  beforeAll(async () => {
    checkpoint = await Checkpoint.open(FOLDER);
    golden = await SafetensorsFile.open(join(FOLDER, 'expected.safetensors'));
    const { bytes } = await golden.read('ids');
    ids = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  });
  afterAll(async () => {
    await checkpoint.close();
    await golden.close();
  });

  it('is read as it is', () => {
    expect(checkpoint.config).toMatchObject({
      hiddenSize: 64,
      layers: ['conv', 'full_attention', 'conv', 'full_attention'],
      heads: 4,
      headDim: 16,
      ropeTheta: 10000,
      attention: 'causal',
      convolution: 'causal',
    });
    expect(checkpoint.weightFiles.length).toBe(3);
    // 90 in the file; the matrix is what counts
    expect(checkpoint.shape('layers.0.feed_forward.w1.weight')).toEqual([64, 64]);
  });

  for (const mode of ['causal', 'bidirectional'] as const) {
    it(`gives the golden hidden states: ${mode}`, async () => {
      const convolution = mode === 'causal' ? 'causal' : 'centered';
      const trunk = await Trunk.load(checkpoint, { attention: mode, convolution, threads: 1 });
      const batch = { ids, sequences: 1, length: ids.length };
      const all = await trunk.run(batch);
      const some = await trunk.run({ ...batch, valid: Int32Array.of(11) });
      await trunk.dispose();
      expect(relativeError(all, await golden.readFloats(`hidden.${mode}`))).toBeLessThan(1e-5);
      expect(relativeError(some, await golden.readFloats(`hidden.${mode}.visible11`))).toBeLessThan(1e-5);
    });
  }

  it('gives the golden logits by its tied embedding', async () => {
    const trunk = await Trunk.load(checkpoint, { head: await logitsHead(checkpoint), threads: 1 });
    const logits = await trunk.run({ ids, sequences: 1, length: ids.length });
    await trunk.dispose();
    expect(relativeError(logits, await golden.readFloats('logits.causal'))).toBeLessThan(1e-5);
  });

  it('does not let sequences of a batch see each other', async () => {
    const trunk = await Trunk.load(checkpoint, { threads: 1 });
    const other = ids.map((id) => (id * 3) % 200);
    const both = await trunk.run({ ids: Int32Array.from([...other, ...ids]), sequences: 2, length: ids.length });
    const alone = await trunk.run({ ids, sequences: 1, length: ids.length });
    await trunk.dispose();
    expect(relativeError(both.subarray(both.length / 2), alone)).toBeLessThan(1e-6);
  });

  it('refuses batches that the graph cannot run', async () => {
    const trunk = await Trunk.load(checkpoint, { maxTokens: 32, threads: 1 });
    const batch = expect.objectContaining({ code: 'lfm2.batch' });
    const run = (values: number[], sequences: number, length: number, valid?: Int32Array) =>
      trunk.run({ ids: Int32Array.from(values), sequences, length, ...(valid ? { valid } : {}) });
    await expect(run([1, 200], 1, 2)).rejects.toThrowError(batch);
    await expect(run([1, -1], 1, 2)).rejects.toThrowError(batch);
    await expect(run([1, 2, 3], 2, 2)).rejects.toThrowError(batch);
    await expect(run([], 0, 0)).rejects.toThrowError(batch);
    await expect(run(Array(33).fill(1), 1, 33)).rejects.toThrowError(batch);
    await expect(run([1, 2], 1, 2, Int32Array.of(3))).rejects.toThrowError(batch);
    await expect(run([1, 2], 1, 2, Int32Array.of(0))).rejects.toThrowError(batch);
    await trunk.dispose();
    await trunk.dispose();
    await expect(run([1, 2], 1, 2)).rejects.toThrowError(expect.objectContaining({ code: 'kernels.disposed' }));
  });
});

describe('Checkpoint', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glot-checkpoint-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const fresh = async (name: string) => {
    const copy = join(folder, name);
    await cp(FOLDER, copy, { recursive: true });
    return copy;
  };
  const editJson = async (path: string, edit: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(await readFile(path, 'utf8'));
    edit(json);
    await writeFile(path, JSON.stringify(json));
  };
  const refusal = (code: string) => expect.objectContaining({ code });

  it('names the file that is missing', async () => {
    await expect(Checkpoint.open(join(folder, 'غائب'))).rejects.toThrowError(refusal('lfm2.not-found'));
    const copy = await fresh('shard-missing');
    await rm(join(copy, 'model-00002-of-00003.safetensors'));
    await expect(Checkpoint.open(copy)).rejects.toThrowError(/model-00002-of-00003/);
  });

  it('reads the snapshot folders of the Hugging Face cache, which are links to blobs', async () => {
    const repository = join(folder, 'models--LiquidAI--LFM2-日本');
    const snapshot = join(repository, 'snapshots', 'c0ffee');
    await mkdir(join(repository, 'blobs'), { recursive: true });
    await mkdir(snapshot, { recursive: true });
    for (const [index, name] of (await readdir(FOLDER)).entries()) {
      await cp(join(FOLDER, name), join(repository, 'blobs', `blob${index}`));
      await symlink(join('..', '..', 'blobs', `blob${index}`), join(snapshot, name));
    }
    const [linked, plain] = [await Checkpoint.open(snapshot), await Checkpoint.open(FOLDER)];
    const hidden = async (checkpoint: Checkpoint, cacheFolder?: string) => {
      const trunk = await Trunk.load(checkpoint, { threads: 1, ...(cacheFolder !== undefined && { cacheFolder }) });
      const states = await trunk.run({ ids: Int32Array.of(1, 5, 9), sequences: 1, length: 3 });
      await trunk.dispose();
      return states;
    };
    expect(await hidden(linked)).toEqual(await hidden(plain));
    expect(await hidden(linked, join(folder, 'converted'))).toEqual(await hidden(plain));
    await Promise.all([linked.close(), plain.close()]);
  });

  it('never follows an index out of its folder', async () => {
    const copy = await fresh('escape');
    for (const name of ['../sharded-bf16/model-00001-of-00003.safetensors', '/etc/passwd', 'config.json']) {
      await editJson(join(copy, 'model.safetensors.index.json'), (json) => {
        json.weight_map = { 'model.embed_tokens.weight': name };
      });
      await expect(Checkpoint.open(copy)).rejects.toThrowError(refusal('lfm2.config'));
    }
  });

  it('tells a missing tensor and a shape that config.json does not allow', async () => {
    const copy = await fresh('shapes');
    await editJson(join(copy, 'config.json'), (json) => {
      json.num_hidden_layers = 5;
    });
    const deeper = await Checkpoint.open(copy);
    await expect(Trunk.load(deeper)).rejects.toThrowError(/layers\.4/);
    await deeper.close();
    await editJson(join(copy, 'config.json'), (json) => {
      json.num_hidden_layers = 4;
      json.vocab_size = 201;
    });
    const wider = await Checkpoint.open(copy);
    await expect(Trunk.load(wider)).rejects.toThrowError(refusal('lfm2.tensor'));
    await wider.close();
  });
});
