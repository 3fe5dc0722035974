import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubServer } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listModels, modelPath, resolveModel, verifyModel } from './local-models.js';
import { pullModel } from './pull-model.js';

const REPO = 'LiquidAI/LFM2-tiny';
const FILES = {
  'config.json': '{"model_type":"lfm2"}',
  'tokenizer.json': '{"نموذج":1}',
  'modules.json': '[]',
  'model.safetensors': Uint8Array.from({ length: 5000 }, (_, i) => i),
};
const refusal = (code: string) => expect.objectContaining({ code });

describe('pulled models', () => {
  let server: HubServer;
  let folder: string;
  beforeEach(async () => {
    server = await HubServer.start();
    server.repos.set(REPO, { commit: 'c0ffee'.padEnd(40, '0'), files: FILES });
    folder = await mkdtemp(join(tmpdir(), 'glot-models-'));
    await pullModel(REPO, { endpoint: server.endpoint, token: null, offline: false, folder });
    await server.stop();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds what changed and what is missing, without the network', async () => {
    const path = await modelPath(REPO, { folder });
    const bytes = await readFile(join(path, 'model.safetensors'));
    bytes[7]! ^= 1;
    await writeFile(join(path, 'model.safetensors'), bytes);
    await rm(join(path, 'modules.json'));
    await writeFile(join(path, 'config.json'), '{}');
    const { sound, files } = await verifyModel(REPO, { folder });
    expect(sound).toBe(false);
    expect(Object.fromEntries(files.map((file) => [file.path, file.state]))).toMatchObject({
      'model.safetensors': 'changed',
      'modules.json': 'missing',
      'config.json': 'changed',
      'tokenizer.json': 'sound',
    });
  });

  it('refuses names that are none, and a damaged manifest', async () => {
    for (const name of [
      '',
      'LFM2',
      'a/b/c',
      '../x',
      'a/..',
      'a/b@../c',
      'a/b:../c.gguf',
      '/a/b',
      'a b/c',
      '.incoming/x',
      'a/b@x/../y',
    ]) {
      await expect(verifyModel(name, { folder }), name).rejects.toThrowError(refusal('hub.name'));
    }
    await writeFile(join(folder, REPO, '.glot-model.json'), '{"format":1');
    await expect(verifyModel(REPO, { folder })).rejects.toThrowError(refusal('hub.manifest'));
    await expect(listModels({ folder })).rejects.toThrowError(refusal('hub.manifest'));
  });

  it('refuses a manifest whose files lie elsewhere', async () => {
    const manifest = join(folder, REPO, '.glot-model.json');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"tokenizer.json"', '"../../secret"'));
    await expect(verifyModel(REPO, { folder })).rejects.toThrowError(refusal('hub.manifest'));
  });

  it('lists nothing where nothing was pulled', async () => {
    expect(await listModels({ folder: join(folder, 'missing') })).toEqual([]);
    await expect(verifyModel('a/b', { folder })).rejects.toThrowError(/a\/b is neither .* nor a pulled model/);
  });

  it('lets paths go before names', async () => {
    expect(await resolveModel(folder, { folder })).toBe(folder);
    const ggufs = join(folder, 'ファイル');
    await mkdir(ggufs);
    expect(await resolveModel(ggufs, { folder })).toBe(ggufs);
    await writeFile(join(ggufs, 'a-Q8_0.gguf'), '');
    expect(await resolveModel(ggufs, { folder })).toBe(join(ggufs, 'a-Q8_0.gguf'));
    await writeFile(join(ggufs, 'a-F16.GGUF'), '');
    await expect(resolveModel(ggufs, { folder })).rejects.toThrowError(refusal('hub.choose-file'));
    await expect(resolveModel(ggufs, { folder })).rejects.toThrowError(/ファイル; name one: a-F16\.GGUF, a-Q8_0\.gguf/);
    await writeFile(join(ggufs, 'notes.md'), '# メモ');
    await expect(resolveModel(join(ggufs, 'notes.md'), { folder })).rejects.toThrowError(/notes\.md is no model/);
    await writeFile(join(ggufs, 'config.json'), '{}');
    expect(await resolveModel(ggufs, { folder })).toBe(ggufs);
    expect(await resolveModel(REPO, { folder })).toBe(join(folder, REPO));
    await expect(resolveModel('./fehlt.gguf', { folder })).rejects.toThrowError(/neither a file or folder nor/);
    await expect(resolveModel('a/b', { folder })).rejects.toThrowError(refusal('hub.not-pulled'));
  });
});
