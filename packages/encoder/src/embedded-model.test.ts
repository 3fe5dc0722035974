import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SafetensorsFile } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from './encoder-checkpoint.js';
import { openEncoder } from './open-encoder.js';
import type { Encoder } from './types.js';

const GOLDEN = join(EMBEDDED_MODEL, 'golden');

interface Golden {
  readonly cases: readonly { readonly name: string; readonly kind: 'query' | 'document'; readonly text: string }[];
}

describe.skipIf(!existsSync(GOLDEN))('the embedded model (skipped where its golden values are absent)', () => {
  let encoder: Encoder;
  let vectors: SafetensorsFile;
  let golden: Golden;
  beforeAll(async () => {
    encoder = await openEncoder({ threads: 1 });
    vectors = await SafetensorsFile.open(join(GOLDEN, 'golden.safetensors'));
    golden = JSON.parse(await readFile(join(GOLDEN, 'golden.json'), 'utf8'));
  });
  afterAll(async () => {
    await encoder.dispose();
    await vectors.close();
  });

  it('gives the vectors that PyTorch gave', async () => {
    expect(golden.cases.length).toBeGreaterThan(0);
    for (const { name, kind, text } of golden.cases) {
      const { data } = kind === 'query' ? await encoder.encodeQueries([text]) : await encoder.encodeDocuments([text]);
      const expected = await vectors.readFloats(`${name}.vectors`);
      expect(data.length, name).toBe(expected.length);
      const error = data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(error, name).toBeLessThan(1e-4);
    }
  });
});
