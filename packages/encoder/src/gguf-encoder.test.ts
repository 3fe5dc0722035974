import { copyFile, cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile } from '@glot/checkpoints';
import type { TokenVectors } from '@glot/kernels';
import { writeGgufOfFolder } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from './encoder-checkpoint.js';
import { assumesTextSettings, LFM2_COLBERT_SETTINGS } from './gguf-settings.js';
import { describeEncoder, type OpenEncoderOptions, openEncoder } from './open-encoder.js';
import type { Encoder } from './types.js';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/checkpoints/colbert-f16', import.meta.url));
const SETTINGS = 'config_sentence_transformers.json';
const TEXTS = [
  'Wie lange muss der Sauerteig ruhen, bevor er gebacken wird?',
  'متى يفتح المتحف أبوابه؟',
  '図書館は何時に閉まりますか。',
  'ตลาดน้ำเปิดวันไหนบ้าง',
  'E\u0301le\u0300ve: cafe\u0301, nai\u0308ve, Z\u0351\u036b\u0343a\u030algo',
  '🦀 crabs, 👩‍🔬 and 🇰🇷 (flags!)',
  '',
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-gguf-モデル-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function using<T>(options: OpenEncoderOptions, work: (encoder: Encoder) => Promise<T>): Promise<T> {
  const encoder = await openEncoder({ threads: 1, ...options });
  try {
    return await work(encoder);
  } finally {
    await encoder.dispose();
  }
}

const vectorsOf = (model: string) =>
  using({ model }, async (encoder) => ({
    queries: await encoder.encodeQueries(TEXTS),
    documents: await encoder.encodeDocuments(TEXTS),
  }));

/** Smallest cosine and largest difference of the rows of two results. */
function distance(a: TokenVectors, b: TokenVectors): { readonly cosine: number; readonly difference: number } {
  expect(a.offsets).toEqual(b.offsets);
  expect(a.data.length).toBeGreaterThan(0);
  let [cosine, difference] = [1, 0];
  for (let row = 0; row < a.data.length; row += a.dim) {
    let dot = 0;
    for (let i = row; i < row + a.dim; i += 1) {
      dot += a.data[i]! * b.data[i]!;
      difference = Math.max(difference, Math.abs(a.data[i]! - b.data[i]!));
    }
    cosine = Math.min(cosine, dot);
  }
  return { cosine, difference };
}

describe('the embedded model as a GGUF file', () => {
  let reference: string;
  let file: string;
  let expected: Awaited<ReturnType<typeof vectorsOf>>;
  beforeAll(async () => {
    // The folder with the settings that a GGUF file cannot state.
    reference = join(folder, 'reference');
    await cp(EMBEDDED_MODEL, reference, { recursive: true });
    const settings = JSON.parse(await readFile(join(reference, SETTINGS), 'utf8')) as object;
    const lfm2 = { query_length: 32, document_length: 512, do_query_expansion: true };
    await writeFile(join(reference, SETTINGS), JSON.stringify({ ...settings, ...lfm2 }));
    expected = await vectorsOf(reference);
    file = join(folder, 'mini-F32.gguf');
    await writeGgufOfFolder(EMBEDDED_MODEL, file, { tokenizer: 'carried' });
  });

  it('gives the vectors of the folder in F32', async () => {
    const found = await vectorsOf(file);
    expect(distance(found.queries, expected.queries).difference).toBeLessThan(1e-5);
    expect(distance(found.documents, expected.documents).difference).toBeLessThan(1e-5);
  });

  it('gives nearly the vectors of the folder in Q8_0', async () => {
    const path = join(folder, 'mini-Q8_0.gguf');
    await writeGgufOfFolder(EMBEDDED_MODEL, path, { tokenizer: 'carried', type: 'Q8_0' });
    const found = await vectorsOf(path);
    for (const kind of ['queries', 'documents'] as const) {
      const { cosine, difference } = distance(found[kind], expected[kind]);
      expect(cosine).toBeGreaterThan(0.999);
      expect(difference).toBeGreaterThan(1e-4);
    }
  });

  it('has the name of the file, and a fingerprint that follows its bytes and settings, not its place', async () => {
    const original = await describeEncoder({ model: file });
    expect(original).toMatchObject({ name: 'mini-F32', dim: 128, documentLength: 512 });
    expect(await using({ model: file }, async ({ name, fingerprint }) => ({ name, fingerprint }))).toEqual({
      name: original.name,
      fingerprint: original.fingerprint,
    });
    const print = async (model: string) => (await describeEncoder({ model })).fingerprint;
    const moved = join(folder, 'آخر.GGUF');
    await copyFile(file, moved);
    expect(await print(moved)).toBe(original.fingerprint);
    const bytes = await readFile(file);
    bytes[bytes.length - 2]! ^= 1;
    await writeFile(moved, bytes);
    expect(await print(moved)).not.toBe(original.fingerprint);
    expect((await describeEncoder({ model: file, precision: 'int8' })).fingerprint).not.toBe(original.fingerprint);
    const beside = await mkdtemp(join(folder, 'beside-'));
    await copyFile(file, join(beside, 'mini-F32.gguf'));
    await copyFile(join(EMBEDDED_MODEL, SETTINGS), join(beside, SETTINGS));
    expect(await print(join(beside, 'mini-F32.gguf'))).not.toBe(original.fingerprint);
  });
});

describe('a GGUF file with llama.cpp lists of tokens', () => {
  let golden: SafetensorsFile;
  let texts: string[];
  beforeAll(async () => {
    golden = await SafetensorsFile.open(join(FIXTURE, 'expected.safetensors'));
    texts = JSON.parse(await readFile(join(FIXTURE, 'expected.json'), 'utf8')).texts;
  });
  afterAll(() => golden.close());

  for (const attention of ['bidirectional', 'causal'] as const) {
    it(`gives the golden vectors, with the settings that lie beside it: ${attention}`, async () => {
      const place = await mkdtemp(join(folder, 'golden-'));
      const model = join(place, 'colbert.gguf');
      await writeGgufOfFolder(FIXTURE, model, { causal: attention === 'causal' });
      await copyFile(join(FIXTURE, SETTINGS), join(place, SETTINGS));
      await using({ model }, async (encoder) => {
        expect(encoder).toMatchObject({ dim: 32, documentLength: 40 });
        for (const kind of ['query', 'document'] as const) {
          const { data, offsets } = await (kind === 'query'
            ? encoder.encodeQueries(texts)
            : encoder.encodeDocuments(texts));
          for (const text of texts.keys()) {
            const name = `${kind}.${text}.${attention}`;
            const rows = await golden.readFloats(name);
            const actual = data.subarray(offsets[text]! * 32, offsets[text + 1]! * 32);
            expect(actual.length, name).toBe(rows.length);
            const error = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - rows[i]!)), 0);
            expect(error, name).toBeLessThan(1e-5);
          }
        }
      });
    });
  }

  it('takes the settings of LFM2-ColBERT where none lie beside it, and says so', async () => {
    const place = await mkdtemp(join(folder, 'alone-'));
    const model = join(place, 'colbert.gguf');
    await writeGgufOfFolder(FIXTURE, model);
    expect(await assumesTextSettings(model)).toBe(true);
    // The fixture has no positions for 512 tokens.
    await expect(openEncoder({ model })).rejects.toThrowError(/colbert\.gguf .*512 tokens, but positions for 128/);
    await copyFile(join(FIXTURE, SETTINGS), join(place, SETTINGS));
    expect(await assumesTextSettings(model)).toBe(false);
    await writeFile(join(place, SETTINGS), '{"query_prefix":"[Q] "}');
    await expect(openEncoder({ model })).rejects.toThrowError(expect.objectContaining({ code: 'encoder.settings' }));
    expect(LFM2_COLBERT_SETTINGS.skiplist).toHaveLength(32);
    expect(new Set(LFM2_COLBERT_SETTINGS.skiplist.map((word) => /^[!-/:-@[-`{-~]$/.test(word)))).toEqual(
      new Set([true]),
    );
  });
});

describe('files that are no ColBERT model', () => {
  const refusal = async (model: string, code: string, message: RegExp) => {
    for (const open of [openEncoder, describeEncoder]) {
      const opened = open({ model });
      await expect(opened).rejects.toThrowError(expect.objectContaining({ code }));
      await expect(opened).rejects.toThrowError(message);
    }
  };

  it('are refused in one line: text models, encoders of one vector, others', async () => {
    const generator = join(folder, 'generator.gguf');
    await writeGgufOfFolder(FIXTURE, generator, { projection: false, causal: true });
    await refusal(generator, 'encoder.no-projection', /generator\.gguf .*dense_2\.weight.*writes text/);
    const embedding = join(folder, 'embedding.gguf');
    await writeGgufOfFolder(FIXTURE, embedding, { projection: false, causal: false });
    await refusal(embedding, 'encoder.no-projection', /embedding\.gguf .*dense_2\.weight.*one vector/);
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'ملاحظات');
    await refusal(text, 'encoder.not-found', /a folder or a \.gguf file.*notes\.txt/);
    await rename(text, join(folder, 'notes.gguf'));
    await refusal(join(folder, 'notes.gguf'), 'lfm2.gguf', /notes\.gguf/);
    await refusal(join(folder, 'fehlt.gguf'), 'encoder.not-found', /fehlt\.gguf/);
  });

  it('are refused where they are folders of text models', async () => {
    const model = await mkdtemp(join(folder, 'chat-'));
    for (const name of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']) {
      await copyFile(join(FIXTURE, name), join(model, name));
    }
    await refusal(model, 'encoder.no-projection', /modules\.json/);
  });
});
