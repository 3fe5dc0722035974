import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenedFiles, writeGgufOfFolder } from '@glot/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from './encoder-checkpoint.js';
import { EncoderModel, openEncoder } from './open-encoder.js';

let folder: string;
let file: string;
let opened: OpenedFiles;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-einmal-一度-'));
  file = join(folder, 'мини.gguf');
  await writeGgufOfFolder(EMBEDDED_MODEL, file, { tokenizer: 'carried' });
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  opened = new OpenedFiles();
});
afterEach(() => opened.stop());

describe('the files of an encoder', () => {
  it('are opened once and hashed once where a model is one GGUF file', async () => {
    const encoder = await openEncoder({ model: file, threads: 1, worker: false });
    await encoder.dispose();
    const { size } = await stat(file);
    const { opens, bytesRead } = opened.of(file);
    expect(opens).toBe(1);
    // Header, then weights, then the hash.
    expect(bytesRead).toBeGreaterThan(size);
    expect(bytesRead).toBeLessThan(2.5 * size);
  });

  it('serve the description and the encoder alike', async () => {
    const model = await EncoderModel.open({ model: file, threads: 1, worker: false });
    const { fingerprint } = await model.describe();
    const encoder = await model.load();
    await model.close();
    expect(encoder.fingerprint).toBe(fingerprint);
    expect((await encoder.encodeQueries(['Öffnungszeiten?'])).data.length).toBeGreaterThan(0);
    await encoder.dispose();
    expect(opened.of(file).opens).toBe(1);
  });

  it('are opened once each where a model is a folder', async () => {
    const encoder = await openEncoder({ threads: 1, worker: false });
    await encoder.dispose();
    const counts = opened.below(EMBEDDED_MODEL);
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'model.safetensors']));
    expect(Object.entries(counts).filter(([, count]) => count !== 1)).toEqual([]);
  });
});
