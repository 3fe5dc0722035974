import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openGlot } from './open-glot.js';
import { testEncoder } from './testing/test-encoder.js';

it('indexes and searches with an encoder of the caller, keeps to it, and leaves it open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'glot-eigener-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'docs', 'markt.md'), '水上市場は毎週土曜日に開きます。\n');
  const texts: string[] = [];
  let disposed = false;
  const encoder = {
    ...testEncoder((given) => texts.push(...given)),
    dispose: async () => {
      disposed = true;
    },
  };
  const index = join(folder, 'index.db');
  const writing = await openGlot({ index, mode: 'write', encoder });
  await writing.sync([join(folder, 'docs')], { keepEncoder: false });
  await writing.close();
  expect(texts.join()).toContain('水上市場');
  const reading = await openGlot({ index, encoder });
  expect((await reading.search('土曜日', { mode: 'semantic' }))[0]?.path).toMatch(/markt\.md$/);
  await reading.close();
  expect(disposed).toBe(false);
  const other = { ...encoder, fingerprint: 'another' };
  await expect(openGlot({ index, mode: 'write', encoder: other })).rejects.toMatchObject({
    code: 'index.foreign-encoder',
  });
});
