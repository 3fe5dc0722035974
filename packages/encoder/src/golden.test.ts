import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile, withModelFiles } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from './open-encoder.js';
import { readSettings } from './settings.js';
import { TokenLayout } from './token-layout.js';

/** One encoder as PyLate 1.6 and as sentence-transformers 6.2 save it, with what each of the libraries answers. */
const FOLDER = fileURLToPath(new URL('../../../../shared/golden/pylate-lfm2', import.meta.url));
const SETTINGS = 'config_sentence_transformers.json';
const TRANSFORMER_SETTINGS = 'sentence_bert_config.json';

type Edits = Readonly<Record<string, Record<string, unknown>>>;

interface Case {
  /** As the golden tensors name it. */
  readonly setting: string;
  readonly edits: Edits;
}

interface TokenIds {
  readonly ids: number[];
  readonly kept: number[];
}

describe.skipIf(!existsSync(FOLDER))('golden values by official libraries (skipped where ../shared is absent)', () => {
  let place: string;
  let queries: string[];
  let documents: string[];
  let pylate: {
    readonly queries: string[];
    readonly documents: string[];
    readonly settings: Record<string, Record<string, unknown>>;
  };
  let transformers: {
    readonly document: TokenIds[];
    readonly [SETTING: string]: unknown;
    readonly 'sentence_bert_config.json': Record<string, Record<string, unknown>>;
  };

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'glot-golden-'));
    const json = async (name: string) => JSON.parse(await readFile(join(FOLDER, name), 'utf8'));
    pylate = await json('expected.json');
    ({ queries, documents } = pylate);
    transformers = await json('expected-sentence-transformers.json');
  });
  afterAll(async () => {
    await rm(place, { recursive: true });
  });

  async function variant(layout: string, edits: Edits, replaced: Edits = {}): Promise<string> {
    const copy = await mkdtemp(join(place, `${layout}-`));
    await cp(join(FOLDER, layout), copy, { recursive: true, mode: 0 });
    for (const [name, keys] of Object.entries(edits)) {
      const json = JSON.parse(await readFile(join(copy, name), 'utf8'));
      await rm(join(copy, name));
      await writeFile(join(copy, name), JSON.stringify({ ...json, ...keys }));
    }
    for (const [name, json] of Object.entries(replaced)) {
      await rm(join(copy, name));
      await writeFile(join(copy, name), JSON.stringify(json));
    }
    return copy;
  }

  async function layouts(model: string) {
    const layout = await TokenLayout.load(model, await withModelFiles(model, readSettings));
    return {
      queries: queries.map((text) => layout.query(text)),
      documents: documents.map((text) => layout.document(text)),
    };
  }

  async function expectVectors(model: string, file: string, setting: string): Promise<void> {
    const golden = await SafetensorsFile.open(join(FOLDER, file));
    const encoder = await openEncoder({ model, threads: 1 });
    try {
      const found = { query: await encoder.encodeQueries(queries), document: await encoder.encodeDocuments(documents) };
      const { dim } = encoder;
      const rows = { query: [] as Float32Array[], document: [] as Float32Array[] };
      for (const kind of ['query', 'document'] as const) {
        for (const i of (kind === 'query' ? queries : documents).keys()) {
          const name = kind === 'query' ? `query.${i}.${setting}` : `document.${i}`;
          const { data, offsets } = found[kind];
          const actual = data.subarray(offsets[i]! * dim, offsets[i + 1]! * dim);
          rows[kind].push(actual);
          expect(difference(actual, await golden.readFloats(name)), name).toBeLessThan(1e-5);
        }
      }
      const scores = rows.query.flatMap((query) => rows.document.map((document) => maxSim(query, document, dim)));
      const expected = await golden.readFloats(`scores.${setting}`);
      expect(difference(Float32Array.from(scores), expected)).toBeLessThan(1e-4);
    } finally {
      await encoder.dispose();
      await golden.close();
    }
  }

  const masked = { [SETTINGS]: { mask_expansion_in_convolutions: true } };
  const pylateCases: Case[] = [
    { setting: 'expansion', edits: {} },
    { setting: 'expansion.batched', edits: masked },
    { setting: 'attend', edits: {} },
    { setting: 'plain', edits: {} },
  ];
  for (const { setting, edits } of pylateCases) {
    it(`gives the vectors and scores of PyLate: ${setting}`, async () => {
      const keys = { ...edits[SETTINGS], ...pylate.settings[setting.split('.')[0]!] };
      await expectVectors(await variant('pylate', { [SETTINGS]: keys }), 'expected.safetensors', setting);
    });
  }

  for (const setting of ['expansion', 'attend', 'plain', 'min']) {
    it(`gives the token ids, vectors and scores of sentence-transformers 6: ${setting}`, async () => {
      const file = transformers[TRANSFORMER_SETTINGS][setting]!;
      const model = await variant('sentence-transformers', {}, { [TRANSFORMER_SETTINGS]: file });
      const rows = await layouts(model);
      expect(rows.queries.map(({ ids }) => ids)).toEqual((transformers[setting] as { ids: number[][] }).ids);
      expect(rows.documents.map(({ ids, kept }) => ({ ids, kept }))).toEqual(transformers.document);
      await expectVectors(model, 'expected-sentence-transformers.safetensors', setting);
    });
  }

  it('tells the two layouts of one encoder apart in their fingerprints: their vectors differ', async () => {
    const prints = new Set<string>();
    for (const model of [
      join(FOLDER, 'pylate'),
      join(FOLDER, 'sentence-transformers'),
      await variant('pylate', masked),
      await variant('sentence-transformers', { [SETTINGS]: { mask_expansion_in_convolutions: false } }),
    ]) {
      const encoder = await openEncoder({ model, threads: 1 });
      prints.add(encoder.fingerprint);
      await encoder.dispose();
    }
    expect(prints.size).toBe(4);
  });

  it('says where in the text its rows come from, with blanks kept and the prefix in the text', async () => {
    const model = join(FOLDER, 'sentence-transformers');
    const layout = await TokenLayout.load(model, await withModelFiles(model, readSettings));
    const text = '  今日の天気は？  ';
    const spans = layout.spans(text, 'query');
    expect(spans.length).toBe(layout.query(text).kept.length);
    expect(spans.slice(0, 2)).toEqual([null, null]);
    expect(spans.flatMap((span) => (span === null ? [] : [text.slice(span.start, span.end)])).join('')).toContain(
      '今日',
    );
    for (const span of spans) if (span !== null) expect(text.slice(span.start, span.end).trim()).not.toBe('');
  });

  it('refuses modules and settings that would change vectors and that it does not know', async () => {
    for (const [name, keys] of [
      [TRANSFORMER_SETTINGS, { do_lower_case: true }],
      [TRANSFORMER_SETTINGS, { processing_kwargs: { text: { padding: 'longest' } } }],
      [TRANSFORMER_SETTINGS, { query_expansion: { strategy: 'least', length: 24 } }],
      [TRANSFORMER_SETTINGS, { query_expansion: { strategy: 'fixed', length: 4000 } }],
      ['2_MultiVectorMask/config.json', { skiplist_tasks: ['query', 'document'] }],
      ['2_MultiVectorMask/config.json', { keep_only_token_ids: [5] }],
      [SETTINGS, { default_prompt_name: 'query' }],
    ] as const) {
      const model = await variant('sentence-transformers', { [name]: keys });
      await expect(openEncoder({ model, threads: 1 }), JSON.stringify(keys)).rejects.toThrowError(
        expect.objectContaining({ code: 'encoder.settings' }),
      );
    }
    const unknown = await variant('sentence-transformers', {
      [TRANSFORMER_SETTINGS]: { query_expansion: { strategy: 'fixed', length: 24, token: '<|no such|>' } },
    });
    await expect(openEncoder({ model: unknown, threads: 1 })).rejects.toThrowError(/no such/);
  });
});

function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

/** Rows of unit length. */
function maxSim(query: Float32Array, document: Float32Array, dim: number): number {
  let sum = 0;
  for (let q = 0; q < query.length; q += dim) {
    let best = -Infinity;
    for (let d = 0; d < document.length; d += dim) {
      let dot = 0;
      for (let k = 0; k < dim; k++) dot += query[q + k]! * document[d + k]!;
      best = Math.max(best, dot);
    }
    sum += best;
  }
  return sum;
}
