import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEncoder, openEncoder } from './open-encoder.js';
import type { Encoder } from './types.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/checkpoints/colbert-f16', import.meta.url));
const DIM = 32;

let folder: string;
let golden: SafetensorsFile;
let texts: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-encoder-'));
  golden = await SafetensorsFile.open(join(FOLDER, 'expected.safetensors'));
  texts = JSON.parse(await readFile(join(FOLDER, 'expected.json'), 'utf8')).texts;
});
afterAll(async () => {
  await golden.close();
  await rm(folder, { recursive: true });
});

/** A copy of the fixture with some keys of some files set; undefined removes a key. */
async function variant(edits: Readonly<Record<string, Record<string, unknown>>>): Promise<string> {
  const copy = await mkdtemp(join(folder, 'variant-'));
  await cp(FOLDER, copy, { recursive: true });
  for (const [name, keys] of Object.entries(edits)) {
    const json = JSON.parse(await readFile(join(copy, name), 'utf8'));
    await writeFile(join(copy, name), JSON.stringify({ ...json, ...keys }));
  }
  return copy;
}

async function using<T>(model: string, work: (encoder: Encoder) => Promise<T>): Promise<T> {
  const encoder = await openEncoder({ model, threads: 1 });
  try {
    return await work(encoder);
  } finally {
    await encoder.dispose();
  }
}

/** Compares one text of the result with a golden tensor. */
async function expectRows(vectors: { data: Float32Array; offsets: Uint32Array }, text: number, name: string) {
  const expected = await golden.readFloats(name);
  const actual = vectors.data.subarray(vectors.offsets[text]! * DIM, vectors.offsets[text + 1]! * DIM);
  expect(actual.length, name).toBe(expected.length);
  const error = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(error, name).toBeLessThan(1e-5);
}

describe('openEncoder', () => {
  it('encodes with int8 weights on request, near f32 and under a fingerprint of its own', async () => {
    const exact = await using(FOLDER, async (encoder) => ({
      fingerprint: encoder.fingerprint,
      vectors: await encoder.encodeDocuments(texts),
    }));
    const cacheFolder = join(folder, 'converted');
    for (const cached of [undefined, cacheFolder, cacheFolder]) {
      const encoder = await openEncoder({
        model: FOLDER,
        threads: 1,
        precision: 'int8',
        ...(cached !== undefined && { cacheFolder: cached }),
      });
      expect(encoder.fingerprint).not.toBe(exact.fingerprint);
      const { data, offsets } = await encoder.encodeDocuments(texts);
      await encoder.dispose();
      expect(offsets).toEqual(exact.vectors.offsets);
      for (let row = 0; row < data.length; row += DIM) {
        const cosine = data.subarray(row, row + DIM).reduce((sum, v, i) => sum + v * exact.vectors.data[row + i]!, 0);
        // Random weights forgive less than trained ones.
        expect(cosine, `row ${row / DIM}`).toBeGreaterThan(0.97);
        expect(cosine).not.toBe(1);
      }
    }
    expect((await readdir(cacheFolder)).length).toBe(1);
  });

  it('gives the golden vectors of a bidirectional checkpoint, in the order of the texts', async () => {
    await using(FOLDER, async (encoder) => {
      expect(encoder).toMatchObject({ name: 'colbert-f16', dim: DIM, documentLength: 40 });
      const documents = await encoder.encodeDocuments(texts);
      const queries = await encoder.encodeQueries(texts);
      expect(queries.offsets).toEqual(Uint32Array.from({ length: texts.length + 1 }, (_, i) => 16 * i));
      for (const i of texts.keys()) {
        await expectRows(documents, i, `document.${i}.bidirectional`);
        await expectRows(queries, i, `query.${i}.bidirectional`);
      }
    });
  });

  it('is causal where the architecture is', async () => {
    const model = await variant({ 'config.json': { architectures: ['Lfm2Model'] } });
    await using(model, async (encoder) => {
      const documents = await encoder.encodeDocuments(texts);
      const queries = await encoder.encodeQueries(texts);
      for (const i of texts.keys()) {
        await expectRows(documents, i, `document.${i}.causal`);
        await expectRows(queries, i, `query.${i}.causal`);
      }
    });
  });

  it('lets tokens see the expansion, or leaves it out, as the settings say', async () => {
    const attend = await variant({ 'config_sentence_transformers.json': { attend_to_expansion_tokens: true } });
    const plain = await variant({ 'config_sentence_transformers.json': { do_query_expansion: false } });
    const some = texts.slice(0, 4);
    const attended = await using(attend, (encoder) => encoder.encodeQueries(some));
    const unexpanded = await using(plain, (encoder) => encoder.encodeQueries(some));
    for (const i of some.keys()) {
      await expectRows(attended, i, `query.${i}.bidirectional.attend`);
      await expectRows(unexpanded, i, `query.${i}.bidirectional.unexpanded`);
    }
  });

  it('gives every text the vectors it has alone, whatever stands beside it', async () => {
    await using(FOLDER, async (encoder) => {
      const many = Array.from({ length: 60 }, (_, i) => `${texts[i % texts.length]} ${'語'.repeat(i % 7)}`);
      const together = await encoder.encodeDocuments(many);
      for (const i of [0, 13, 37, 59]) {
        const alone = await encoder.encodeDocuments([many[i]!]);
        const part = together.data.subarray(together.offsets[i]! * DIM, together.offsets[i + 1]! * DIM);
        expect(part.length).toBe(alone.data.length);
        expect(part.every((value, k) => Math.abs(value - alone.data[k]!) < 1e-6)).toBe(true);
      }
    });
  });

  it('reports progress, and stops between batches when told to', async () => {
    await using(FOLDER, async (encoder) => {
      const seen: number[] = [];
      await encoder.encodeDocuments(texts, { onProgress: (done, total) => seen.push(done, total) });
      expect(seen.slice(-2)).toEqual([texts.length, texts.length]);
      const controller = new AbortController();
      const stopped = encoder.encodeDocuments(texts, {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(stopped).rejects.toThrowError(expect.objectContaining({ name: 'AbortError' }));
      await expect(encoder.encodeQueries(['a'], { signal: controller.signal })).rejects.toThrowError(
        expect.objectContaining({ name: 'AbortError' }),
      );
      const none = await encoder.encodeDocuments([]);
      expect([none.data.length, none.offsets.length]).toEqual([0, 1]);
    });
  });

  it('counts the tokens of the bare text', async () => {
    await using(FOLDER, async (encoder) => {
      expect(encoder.countTokens('')).toBe(0);
      for (const i of [0, 2, 3]) {
        const { shape } = (await golden.read(`document.${i}.ids`))!;
        expect(encoder.countTokens(texts[i]!)).toBe(shape[0]! - 2);
      }
    });
  });

  it('has one fingerprint per vectors: moved files keep it, changed weights, tokens or settings do not', async () => {
    const print = (model: string) => using(model, async (encoder) => encoder.fingerprint);
    const original = await print(FOLDER);
    // Indexes made by earlier versions carry it.
    expect(original).toBe('85db7cd82c238a2aef4cda2342f18f11bcf338349d4a9dff434b8b5096dac3ec');
    expect(await print(await variant({ 'config.json': { transformers_version: '9' } }))).toBe(original);
    const changed = [
      await variant({ 'config_sentence_transformers.json': { query_length: 17 } }),
      await variant({ 'config.json': { architectures: ['Lfm2Model'] } }),
      await variant({ 'tokenizer_config.json': { eos_token: '<|endoftext|>' } }),
    ];
    const weights = await variant({});
    const path = join(weights, 'model.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    for (const model of [...changed, weights]) expect(await print(model), basename(model)).not.toBe(original);
  });

  it('is described without being loaded', async () => {
    const { name, dim, fingerprint, documentLength, precision } = await using(FOLDER, async (encoder) => encoder);
    expect(await describeEncoder({ model: FOLDER })).toEqual({ name, dim, fingerprint, documentLength, precision });
    expect(precision).toBe('f32');
    expect((await describeEncoder({ model: FOLDER, precision: 'int8' })).precision).toBe('int8');
    await expect(describeEncoder({ model: join(folder, 'nirgends') })).rejects.toMatchObject({
      code: 'encoder.not-found',
    });
  });

  it('refuses folders whose files do not say enough, naming the file', async () => {
    const refusal = (code: string) => expect.objectContaining({ code });
    const settings = 'config_sentence_transformers.json';
    await expect(openEncoder({ model: join(folder, 'كلا') })).rejects.toThrowError(refusal('encoder.not-found'));
    for (const key of [
      'query_prefix',
      'document_prefix',
      'query_length',
      'document_length',
      'do_query_expansion',
      'attend_to_expansion_tokens',
      'skiplist_words',
    ]) {
      const model = await variant({ [settings]: { [key]: undefined } });
      await expect(openEncoder({ model })).rejects.toThrowError(refusal('encoder.settings'));
      await expect(openEncoder({ model })).rejects.toThrowError(new RegExp(`${settings}.*${key}`));
    }
    for (const [edit, code] of [
      [{ [settings]: { document_length: 4000 } }, 'encoder.settings'],
      [{ [settings]: { similarity_fn_name: 'cosine' } }, 'encoder.settings'],
      [{ '1_Dense/config.json': { activation_function: 'torch.nn.modules.activation.Tanh' } }, 'encoder.settings'],
      [{ '1_Dense/config.json': { in_features: 64 } }, 'encoder.settings'],
      [{ '1_Dense/config.json': { out_features: 64 } }, 'encoder.settings'],
      [{ [settings]: { query_prefix: 'Q:' } }, 'encoder.tokenizer'],
      [{ 'tokenizer.json': { post_processor: null } }, 'encoder.tokenizer'],
      [{ 'config.json': { model_type: 'lfm3' } }, 'lfm2.unsupported'],
    ] as const) {
      await expect(openEncoder({ model: await variant(edit) }), JSON.stringify(edit)).rejects.toThrowError(
        refusal(code),
      );
    }
    const model = await variant({});
    await rm(join(model, settings));
    await expect(openEncoder({ model })).rejects.toThrowError(/config_sentence_transformers\.json/);
  });

  it('is disposed of once, and refuses work afterwards', async () => {
    const encoder = await openEncoder({ model: FOLDER });
    await encoder.dispose();
    await encoder.dispose();
    await expect(encoder.encodeQueries(['a'])).rejects.toThrowError(
      expect.objectContaining({ code: 'encoder.disposed' }),
    );
  });
});
