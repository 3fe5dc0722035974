import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubServer, type ServedRepo, serve, sha256 } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listModels, modelPath, resolveModel, verifyModel } from './local-models.js';
import { type PullOptions, type PullProgress, pullModel } from './pull-model.js';
import type { HubSettings } from './settings.js';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const NEXT = 'facade'.padEnd(40, '1');
const REPO = 'LiquidAI/LFM2-tiny';
const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3);
const FOLDER: ServedRepo = {
  commit: COMMIT,
  files: {
    'README.md': '# 模型',
    'config.json': '{"model_type":"lfm2"}',
    'tokenizer.json': '{"نموذج":1}',
    'tokenizer_config.json': '{}',
    'model.safetensors': WEIGHTS,
    'modules.json': '[]',
    '1_Dense/config.json': '{}',
    '1_Dense/model.safetensors': WEIGHTS.subarray(0, 2000),
    'onnx/model.onnx': WEIGHTS,
    'pytorch_model.bin': WEIGHTS,
    'notes?.txt': 'x',
  },
};
const GGUF: ServedRepo = {
  commit: 'babe'.padEnd(40, '2'),
  files: {
    'config.json': '{}',
    'LFM2-tiny-Q4_0.gguf': WEIGHTS.subarray(0, 3000),
    'LFM2-tiny-Q4_K_M.gguf': WEIGHTS.subarray(0, 4000),
    'LFM2-tiny-F16.gguf': WEIGHTS.subarray(0, 5000),
  },
};
const refusal = (code: string) => expect.objectContaining({ code });

describe('pullModel', () => {
  let server: HubServer;
  let folder: string;
  beforeEach(async () => {
    server = await HubServer.start();
    server.repos.set(REPO, FOLDER).set('LiquidAI/LFM2-GGUF', GGUF);
    folder = await mkdtemp(join(tmpdir(), 'glot-models-'));
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const options = (): HubSettings => ({ endpoint: server.endpoint, token: null, offline: false, folder });
  const patience = { attempts: 3, firstDelayMs: 1, idleMs: 10_000 };
  const pull = (name = REPO, more: PullOptions = {}) => {
    const onProgress = (progress: PullProgress) => {
      server.cut(progress.fileBytes);
      more.onProgress?.(progress);
    };
    return pullModel(name, { ...options(), patience, ...more, onProgress });
  };

  async function filesBelow(path: string): Promise<string[]> {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
      .sort();
  }

  it('fetches the files that glot needs, and no others', async () => {
    const { path, model, changed } = await pull();
    expect({ path, changed }).toEqual({ path: join(folder, 'LiquidAI', 'LFM2-tiny'), changed: true });
    expect(await filesBelow(folder)).toEqual(
      [
        '.glot-model.json',
        '1_Dense/config.json',
        '1_Dense/model.safetensors',
        'config.json',
        'model.safetensors',
        'modules.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ].map((file) => join('LiquidAI', 'LFM2-tiny', file)),
    );
    expect(sha256(await readFile(join(path, 'model.safetensors')))).toBe(sha256(WEIGHTS));
    expect(await readFile(join(path, 'tokenizer.json'), 'utf8')).toBe('{"نموذج":1}');
    expect(model).toMatchObject({ name: REPO, commit: COMMIT, revision: 'main' });
    expect(model.files.find((file) => file.path === 'config.json')?.sha256).toBe(
      sha256(Buffer.from('{"model_type":"lfm2"}')),
    );
  });

  it('reports progress up to the last byte', async () => {
    const seen: PullProgress[] = [];
    const { model } = await pull(REPO, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ bytes: model.bytes, totalBytes: model.bytes });
    expect(seen.every(({ bytes }, i) => i === 0 || bytes >= seen[i - 1]!.bytes)).toBe(true);
  });

  it('fetches nothing twice', async () => {
    await pull();
    server.requests.length = 0;
    expect(await pull()).toMatchObject({ changed: false });
    expect(server.contentRequests()).toEqual([]);
    await rm(join(folder, 'LiquidAI', 'LFM2-tiny', 'modules.json'));
    expect(await pull()).toMatchObject({ changed: true });
    expect(server.contentRequests()).toEqual(['hub modules.json all']);
  });

  it('goes on after a cut connection', async () => {
    let cuts = 2;
    server.fault = ({ path }) => (path.endsWith('/model.safetensors') && cuts-- > 0 ? { stopAfter: 100_000 } : {});
    const { path } = await pull();
    expect(sha256(await readFile(join(path, 'model.safetensors')))).toBe(sha256(WEIGHTS));
    const asked = server.contentRequests().filter((line) => line.startsWith('cdn model.safetensors'));
    expect(asked).toEqual([
      'cdn model.safetensors all',
      'cdn model.safetensors 100000-',
      'cdn model.safetensors 200000-',
    ]);
  });

  it('goes on in the next pull where all attempts were cut', async () => {
    server.fault = ({ path }) => (path.endsWith('/model.safetensors') ? { stopAfter: 50_000 } : {});
    await expect(pull()).rejects.toThrowError(refusal('hub.network'));
    await expect(modelPath(REPO, options())).rejects.toThrowError(refusal('hub.not-pulled'));
    expect(await listModels(options())).toEqual([]);
    server.fault = () => ({});
    server.requests.length = 0;
    const { path } = await pull();
    expect(sha256(await readFile(join(path, 'model.safetensors')))).toBe(sha256(WEIGHTS));
    expect(server.contentRequests()).toContain('cdn model.safetensors 150000-');
    expect(await filesBelow(folder)).toHaveLength(8);
  });

  it('goes on after a connection that fell silent', async () => {
    let stalls = 1;
    server.fault = ({ path }) => (path.endsWith('/model.safetensors') && stalls-- > 0 ? { stopAfter: 1000 } : {});
    const { path } = await pullModel(REPO, { ...options(), patience: { ...patience, attempts: 10, idleMs: 300 } });
    expect((await stat(join(path, 'model.safetensors'))).size).toBe(WEIGHTS.length);
  });

  it('begins anew where the server knows no ranges', async () => {
    let cuts = 1;
    server.fault = () => (cuts-- > 0 ? { stopAfter: 5 } : { ignoreRange: true });
    const { path } = await pull();
    expect((await verifyModel(REPO, options())).sound).toBe(true);
    expect(path).toBeTruthy();
  });

  it('begins anew where the server sends another part', async () => {
    let cuts = 1;
    server.fault = ({ path, range }) => {
      if (!path.endsWith('/model.safetensors')) return {};
      return range === null && cuts-- > 0 ? { stopAfter: 1500 } : range === null ? {} : { shift: 3 };
    };
    await pull();
    expect((await verifyModel(REPO, options())).sound).toBe(true);
    const asked = server.contentRequests().filter((line) => line.startsWith('cdn model.safetensors'));
    expect(asked).toEqual(['cdn model.safetensors all', 'cdn model.safetensors 1500-', 'cdn model.safetensors all']);
  });

  it('tries again where the hub is overloaded', async () => {
    let refusals = 2;
    server.fault = () => (refusals-- > 0 ? { status: 503 } : {});
    expect(await pull()).toMatchObject({ changed: true });
  });

  it('leaves nothing that looks whole where a checksum is wrong', async () => {
    const wrong = Uint8Array.from(WEIGHTS);
    wrong[123_456]! ^= 1;
    server.fault = ({ path }) =>
      path.endsWith('/model.safetensors') && !path.includes('Dense') ? { content: wrong } : {};
    await expect(pull()).rejects.toThrowError(refusal('hub.checksum'));
    expect(
      (await filesBelow(folder)).filter((file) => /LFM2-tiny\/model\.safetensors|glot-model|lock/.test(file)),
    ).toEqual([]);
    await expect(resolveModel(REPO, options())).rejects.toThrowError(refusal('hub.not-pulled'));
    server.fault = () => ({});
    expect(await pull()).toMatchObject({ changed: true });
  });

  it('checks small files by their git hash', async () => {
    server.wrongChecksums.set('tokenizer.json', 'a'.repeat(40));
    await expect(pull()).rejects.toThrowError(/tokenizer\.json.*checksum/);
  });

  it('mends a damaged beginning by fetching the file anew', async () => {
    const incoming = join(folder, '.incoming', 'LiquidAI', 'LFM2-tiny', COMMIT);
    await mkdir(incoming, { recursive: true });
    await writeFile(join(incoming, 'model.safetensors'), new Uint8Array(1234));
    await writeFile(join(incoming, 'config.json'), 'x'.repeat(500));
    await pull();
    expect((await verifyModel(REPO, options())).sound).toBe(true);
    expect(server.contentRequests().filter((line) => line.startsWith('cdn model'))).toEqual([
      'cdn model.safetensors 1234-',
      'cdn model.safetensors all',
    ]);
  });

  it('stops where more comes than was stated', async () => {
    const longer = new Uint8Array(WEIGHTS.length + 1);
    server.fault = ({ origin }) => (origin === 'cdn' ? { content: longer } : {});
    await expect(pull()).rejects.toThrowError(refusal('hub.bad-answer'));
  });

  it('says what to do where the hub refuses, with a token and without', async () => {
    server.token = 'hf_right';
    await expect(pull()).rejects.toThrowError(/set HF_TOKEN/);
    await expect(pull(REPO, { token: 'hf_wrong' })).rejects.toThrowError(/HF_TOKEN does not open it/);
    await expect(pull()).rejects.toThrowError(refusal('hub.unauthorized'));
    expect(await pull(REPO, { token: 'hf_right' })).toMatchObject({ changed: true });
  });

  it('keeps the token from the place the hub redirects to', async () => {
    await pull(REPO, { token: 'hf_secret' });
    const to = (origin: string) => server.requests.filter((request) => request.origin === origin);
    expect(new Set(to('hub').map(({ authorization }) => authorization))).toEqual(new Set(['Bearer hf_secret']));
    expect(new Set(to('cdn').map(({ authorization }) => authorization))).toEqual(new Set([null]));
  });

  it('keeps the token from the place a listing leads to', async () => {
    server.nextPage = `${server.cdn}/next`;
    await expect(pull(REPO, { token: 'hf_secret' })).rejects.toThrowError(refusal('hub.not-found'));
    expect(server.requests.at(-1)).toMatchObject({ origin: 'cdn', authorization: null });
  });

  it('tells unknown models and revisions', async () => {
    await expect(pull('LiquidAI/nicht-da')).rejects.toThrowError(refusal('hub.not-found'));
    await expect(pull(`${REPO}@v9`)).rejects.toThrowError(/revision v9/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('tells an unreachable hub', async () => {
    await expect(pull(REPO, { endpoint: 'http://127.0.0.1:9' })).rejects.toThrowError(refusal('hub.network'));
    await expect(pull(REPO, { endpoint: 'ftp://hub' })).rejects.toThrowError(refusal('hub.endpoint'));
  });

  it('keeps revisions apart', async () => {
    const [main, tagged] = [await pull(), await pull(`${REPO}@v1`)];
    expect(tagged.path).toBe(`${main.path}@v1`);
    expect((await listModels(options())).map(({ name }) => name)).toEqual([REPO, `${REPO}@v1`]);
    expect(await pull(REPO, { revision: 'v1' })).toMatchObject({ path: tagged.path, changed: false });
  });

  it('updates a model, fetching only what changed', async () => {
    const { path } = await pull();
    const files = { ...FOLDER.files, 'tokenizer.json': '{"更新":2}' } as Record<string, Uint8Array | string>;
    delete files['modules.json'];
    server.repos.set(REPO, { commit: NEXT, files });
    server.requests.length = 0;
    expect(await pull()).toMatchObject({ changed: true, model: { commit: NEXT } });
    expect(server.contentRequests()).toEqual(['hub tokenizer.json all']);
    expect(await readFile(join(path, 'tokenizer.json'), 'utf8')).toBe('{"更新":2}');
    expect(existsSync(join(path, 'modules.json'))).toBe(false);
    expect((await verifyModel(REPO, options())).sound).toBe(true);
  });

  it('keeps the old model where an update fails', async () => {
    await pull();
    server.repos.set(REPO, { commit: NEXT, files: { ...FOLDER.files, 'tokenizer.json': '{"更新":2}' } });
    server.fault = () => ({ status: 404 });
    await expect(pull()).rejects.toThrowError(refusal('hub.not-found'));
    expect(await verifyModel(REPO, options())).toMatchObject({ sound: true });
  });

  it('takes one GGUF file, by name or by quantization', async () => {
    const repo = 'LiquidAI/LFM2-GGUF';
    await expect(pull(repo)).rejects.toThrowError(/LFM2-tiny-Q4_0\.gguf, LFM2-tiny-Q4_K_M\.gguf/);
    await expect(pull(`${repo}:Q9`)).rejects.toThrowError(refusal('hub.choose-file'));
    const { path } = await pull(`${repo}:q4_0`);
    expect(path).toBe(join(folder, 'LiquidAI', 'LFM2-GGUF', 'LFM2-tiny-Q4_0.gguf'));
    expect(await modelPath(repo, options())).toBe(path);
    const other = await pull(repo, { file: 'LFM2-tiny-F16.gguf' });
    expect(other.path).toMatch(/F16\.gguf$/);
    expect(await modelPath(`${repo}:Q4_0`, options())).toBe(path);
    await expect(modelPath(repo, options())).rejects.toThrowError(refusal('hub.choose-file'));
    expect((await verifyModel(repo, options())).files.map((file) => file.state)).toEqual(['sound', 'sound']);
  });

  it('keeps what lies beside each GGUF file', async () => {
    const repo = 'LiquidAI/LFM2-GGUF';
    const settings = 'config_sentence_transformers.json';
    const files = {
      'a/x-Q4_0.gguf': '甲',
      [`a/${settings}`]: '{"a":1}',
      'b/y-Q8_0.gguf': '乙',
      [`b/${settings}`]: '{}',
    };
    server.repos.set(repo, { commit: COMMIT, files });
    await pull(`${repo}:q4_0`);
    await pull(`${repo}:q8_0`);
    expect((await verifyModel(repo, options())).files.map(({ path }) => path).sort()).toEqual(
      Object.keys(files).sort(),
    );
    for (const name of ['q4_0', 'q8_0']) expect(await pull(`${repo}:${name}`)).toMatchObject({ changed: false });
    expect(await readFile(join(folder, repo, 'a', settings), 'utf8')).toBe('{"a":1}');
  });

  it('takes shards by their index', async () => {
    const shards = { 'model-00001-of-00002.safetensors': 'a', 'model-00002-of-00002.safetensors': 'b' };
    const files = { 'config.json': '{}', 'model.safetensors.index.json': '{}', 'model.safetensors': 'old', ...shards };
    server.repos.set(REPO, { commit: COMMIT, files });
    const { model } = await pull();
    expect(model.files.map(({ path }) => path).sort()).toEqual(
      ['config.json', 'model.safetensors.index.json', ...Object.keys(shards)].sort(),
    );
  });

  it('refuses a repository without weights', async () => {
    server.repos.set(REPO, { commit: COMMIT, files: { 'config.json': '{}', 'a.bin': 'x' } });
    await expect(pull()).rejects.toThrowError(refusal('hub.no-model'));
  });

  for (const path of [
    '../../../evil.json',
    '/etc/config.json',
    'a/../../tokenizer.json',
    'C:\\model.safetensors',
    '..\\x.json',
  ]) {
    it(`refuses a hub that lists ${path}`, async () => {
      server.extraEntries = [{ type: 'file', path, size: 1, oid: 'a'.repeat(40) }];
      await expect(pull()).rejects.toThrowError(refusal('hub.unsafe-path'));
      expect(server.contentRequests()).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    });
  }

  it('refuses answers that no hub would give', async () => {
    for (const entry of [
      { type: 'file', path: 'config.json' },
      { type: 'file', path: 7, size: 1 },
      { type: 'file', path: 'x', size: -1 },
    ]) {
      server.extraEntries = [entry];
      await expect(pull()).rejects.toThrowError(refusal('hub.bad-answer'));
    }
    server.extraEntries = [];
    server.repos.set(REPO, { ...FOLDER, commit: '../../escape' });
    await expect(pull()).rejects.toThrowError(refusal('hub.bad-answer'));
  });

  it('tells an answer that was cut off from a wrong one', async () => {
    const endpoint = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"sha":', () => response.destroy());
    });
    await expect(pull(REPO, { endpoint })).rejects.toThrowError(refusal('hub.network'));
    await expect(pull(REPO, { endpoint })).rejects.toThrowError(/stopped coming.*try again/);
  });

  it('gives up on endless listings', async () => {
    server.nextPage = `${server.endpoint}/api/models/${REPO}/tree/${COMMIT}?cursor=0`;
    await expect(pull()).rejects.toThrowError(refusal('hub.bad-answer'));
    expect(server.requests.length).toBeLessThan(200);
  });

  it('asks nothing of the network offline', async () => {
    await expect(pull(REPO, { offline: true })).rejects.toThrowError(refusal('hub.offline'));
    const { path } = await pull();
    server.requests.length = 0;
    expect(await pull(REPO, { offline: true })).toMatchObject({ path, changed: false });
    expect(server.requests).toEqual([]);
  });

  it('stops when told to, and goes on later', async () => {
    const controller = new AbortController();
    const onProgress = ({ path, fileBytes }: PullProgress) => {
      if (path === 'model.safetensors' && fileBytes > 0) controller.abort();
    };
    await expect(pull(REPO, { signal: controller.signal, onProgress })).rejects.toThrowError(
      expect.objectContaining({ name: 'AbortError' }),
    );
    await expect(pull(REPO, { signal: AbortSignal.abort() })).rejects.toThrowError(
      expect.objectContaining({ name: 'AbortError' }),
    );
    await expect(modelPath(REPO, options())).rejects.toThrowError(refusal('hub.not-pulled'));
    expect(await pull()).toMatchObject({ changed: true });
  });

  it('lets one pull of a model run at a time, and takes over from dead processes', async () => {
    const lock = join(folder, '.incoming', 'LiquidAI', 'LFM2-tiny', 'lock');
    await mkdir(join(lock, '..'), { recursive: true });
    await writeFile(lock, JSON.stringify({ pid: process.ppid, host: hostname() }));
    await expect(pull()).rejects.toThrowError(refusal('hub.busy'));
    await writeFile(lock, JSON.stringify({ pid: 2 ** 30, host: hostname() }));
    expect(await pull()).toMatchObject({ changed: true });
    expect(await filesBelow(folder)).toHaveLength(8);
  });

  it('says where it cannot write', async () => {
    await writeFile(join(folder, 'LiquidAI'), 'a file');
    await expect(pull()).rejects.toThrowError(refusal('hub.disk'));
  });
});
