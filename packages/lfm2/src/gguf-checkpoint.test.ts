import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Checkpoint } from './checkpoint.js';
import { logitsHead } from './testing/logits-head.js';
import { TextTokenizer } from './text-tokenizer.js';
import { Trunk } from './trunk.js';

const GOLDEN = fileURLToPath(new URL('../../../../shared/golden/lfm2-tiny-a', import.meta.url));
const FILE = join(GOLDEN, 'model-f32.gguf');

interface Expected {
  readonly ids: readonly number[];
  readonly greedy_32: readonly number[];
}

async function expected(): Promise<Expected> {
  return JSON.parse(await readFile(join(GOLDEN, 'expected.json'), 'utf8')) as Expected;
}

describe.skipIf(!existsSync(GOLDEN))('a GGUF path in place of a folder (skipped where ../shared is absent)', () => {
  it('gives the hidden states of the safetensors checkpoint, number by number', async () => {
    const ids = Int32Array.from((await expected()).ids);
    const states: Float32Array[] = [];
    for (const path of [GOLDEN, FILE]) {
      const checkpoint = await Checkpoint.open(path);
      const trunk = await Trunk.load(checkpoint, { threads: 1 });
      states.push(await trunk.run({ ids, sequences: 1, length: ids.length }));
      await trunk.dispose();
      await checkpoint.close();
    }
    const [folder, file] = states;
    expect(file!.length).toBe(folder!.length);
    expect(file!.findIndex((value, i) => value !== folder![i])).toBe(-1);
  });

  it('states the facts of the Hugging Face checkpoint', async () => {
    const [file, folder] = [await Checkpoint.open(FILE), await Checkpoint.open(GOLDEN)];
    expect(file.config).toEqual(folder.config);
    await file.close();
    await folder.close();
  });

  it('gives the greedy tokens of llama.cpp', async () => {
    const { ids, greedy_32: greedy } = await expected();
    const checkpoint = await Checkpoint.open(FILE);
    const trunk = await Trunk.load(checkpoint, { head: await logitsHead(checkpoint), threads: 1 });
    await checkpoint.close();
    const all = [...ids];
    for (let step = 0; step < greedy.length; step += 1) {
      const logits = await trunk.run({ ids: Int32Array.from(all), sequences: 1, length: all.length });
      const last = logits.subarray(logits.length - trunk.width);
      all.push(last.indexOf(Math.max(...last)));
    }
    await trunk.dispose();
    expect(all.slice(ids.length)).toEqual(greedy);
  });

  it('gives the tokenizer of the file', async () => {
    const tokenizer = await TextTokenizer.load(FILE);
    expect(tokenizer).toMatchObject({ bosId: 1, eosId: 7, padId: 0 });
    expect(tokenizer.encode('!"!')).toEqual([1, 8, 9, 8]);
    expect(tokenizer.decode([8, 9])).toBe('!"');
  });

  it('says where a file lies that is missing', async () => {
    const path = join(GOLDEN, 'fehlt.gguf');
    await expect(Checkpoint.open(path)).rejects.toThrowError(expect.objectContaining({ code: 'lfm2.not-found' }));
    await expect(TextTokenizer.load(path)).rejects.toThrowError(/fehlt\.gguf/);
  });
});
