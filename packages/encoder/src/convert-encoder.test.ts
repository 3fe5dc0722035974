import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { convertEncoder } from './convert-encoder.js';
import { isEncoder } from './encoder-checkpoint.js';
import { openEncoder } from './open-encoder.js';
import type { EncoderPrecision } from './types.js';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/checkpoints/colbert-f16', import.meta.url));
const TEXT = 'Das Café öffnet um neun. 茶 ☕';

let folder: string;
let model: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-convert-'));
  vi.stubEnv('GLOT_MODELS', join(folder, 'models'));
  model = join(folder, 'colbert');
  await cp(FIXTURE, model, { recursive: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function vectors(precision: EncoderPrecision, path = model): Promise<Float32Array> {
  const encoder = await openEncoder({ model: path, precision, threads: 1 });
  try {
    return (await encoder.encodeDocuments([TEXT])).data;
  } finally {
    await encoder.dispose();
  }
}

describe('convertEncoder', () => {
  it('keeps weights that the next opening uses', async () => {
    for (const precision of ['f32', 'int8'] as const) {
      const expected = await vectors(precision);
      const [kept, ...more] = await convertEncoder(model, { precision, threads: 1 });
      expect(more).toEqual([]);
      expect(kept).toMatchObject({ precision, made: true });
      expect(kept!.folder.startsWith(join(folder, 'converted', precision))).toBe(true);
      const weights = join(kept!.folder, 'weights.bin');
      const { size } = await stat(weights);
      expect(kept!.bytes).toBeGreaterThan(size);
      expect(await vectors(precision)).toEqual(expected);
      expect(await convertEncoder(model, { precision, threads: 1 })).toEqual([{ ...kept, made: false }]);
      // Other bytes of the same size show that they are what is read.
      await writeFile(weights, new Uint8Array(size));
      expect(await vectors(precision).catch(() => null)).not.toEqual(expected);
    }
    expect((await readdir(join(folder, 'converted'))).length).toBe(2);
  });

  it('refuses what encoders are not held in, and what is no encoder, before anything is written', async () => {
    await expect(convertEncoder(model, { precision: 'int4' as 'int8' })).rejects.toThrowError(
      expect.objectContaining({
        code: 'encoder.precision',
        message: expect.stringMatching(/f32 or int8, not in int4/),
      }),
    );
    expect(await isEncoder(model)).toBe(true);
    await rm(join(model, 'modules.json'));
    expect(await isEncoder(model)).toBe(false);
    await expect(convertEncoder(model)).rejects.toThrowError(
      expect.objectContaining({ code: 'encoder.no-projection' }),
    );
    await expect(convertEncoder(join(folder, 'لا-شيء'))).rejects.toThrowError(
      expect.objectContaining({ code: 'encoder.not-found' }),
    );
    expect(await readdir(folder)).toEqual(['colbert']);
  });

  it('ends when told to, and leaves nothing', async () => {
    const signal = AbortSignal.abort();
    await expect(convertEncoder(model, { signal })).rejects.toThrowError(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(await readdir(folder)).toEqual(['colbert']);
  });
});
