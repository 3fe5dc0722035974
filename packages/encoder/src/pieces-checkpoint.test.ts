import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile, withModelFiles } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEncoder } from './open-encoder.js';
import { readSettings } from './settings.js';
import { TokenLayout } from './token-layout.js';

/** A random encoder of pieces with a metaspace, a narrow table and matrices in blocks of 4 bits, by training/small. */
const FOLDER = fileURLToPath(new URL('../../../fixtures/checkpoints/pieces-q4', import.meta.url));

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly kind: 'query' | 'document';
    readonly text: string;
    readonly input_ids: readonly number[];
  }[];
}

describe('a checkpoint in blocks of 4 bits with a table narrower than its layers', () => {
  let vectors: SafetensorsFile;
  let golden: Golden;
  beforeAll(async () => {
    vectors = await SafetensorsFile.open(join(FOLDER, 'golden', 'golden.safetensors'));
    golden = JSON.parse(await readFile(join(FOLDER, 'golden', 'golden.json'), 'utf8'));
  });
  afterAll(() => vectors.close());

  it.each([
    ['f32', 1e-4],
    // eight bits in place of the four that are stored, and inputs of eight
    ['int8', 0.15],
  ] as const)('gives the vectors that PyTorch gave: %s', async (precision, most) => {
    const encoder = await openEncoder({ model: FOLDER, threads: 1, precision });
    for (const { name, kind, text } of golden.cases) {
      const { data } = kind === 'query' ? await encoder.encodeQueries([text]) : await encoder.encodeDocuments([text]);
      const expected = await vectors.readFloats(`${name}.vectors`);
      expect(data.length, name).toBe(expected.length);
      const error = data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0);
      expect(error, name).toBeLessThan(most);
    }
    await encoder.dispose();
  });

  it('reads texts as the Python tokenizer does', async () => {
    const layout = await TokenLayout.load(FOLDER, await withModelFiles(FOLDER, readSettings));
    for (const { kind, text, input_ids } of golden.cases) {
      expect((kind === 'query' ? layout.query(text) : layout.document(text)).ids, text).toEqual(input_ids);
    }
  });

  it('knows where in the text each piece stands', async () => {
    const layout = await TokenLayout.load(FOLDER, await withModelFiles(FOLDER, readSettings));
    for (const { kind, text } of golden.cases) {
      if (kind === 'document') continue;
      const spans = layout.spans(text, 'query');
      expect(spans.slice(0, 2)).toEqual([null, null]);
      const taken = new Set<number>();
      for (const span of spans) for (let at = span?.start ?? 0; at < (span?.end ?? 0); at += 1) taken.add(at);
      const left = text.split('').filter((_, at) => !taken.has(at));
      expect(left.join('').trim(), text).toBe('');
    }
  });
});
