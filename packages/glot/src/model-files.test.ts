import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMBEDDED_MODEL } from '@glot/encoder';
import { OpenedFiles, writeGgufOfFolder } from '@glot/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openGlot } from './open-glot.js';

it('opens a model once to check an index by it and to index with it, and again where it was freed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'glot-modell-نموذج-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const model = join(folder, 'mini.gguf');
  await writeGgufOfFolder(EMBEDDED_MODEL, model, { tokenizer: 'carried' });
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'docs', 'muse.md'), '川辺の資料館は毎朝十時に開館します。\n');
  const opened = new OpenedFiles();
  onTestFinished(() => opened.stop());
  const glot = await openGlot({ index: join(folder, 'index.db'), mode: 'write', model, threads: 1 });
  await glot.sync([join(folder, 'docs')]);
  expect((await glot.search('資料館は何時に開きますか'))[0]?.path).toMatch(/muse\.md$/);
  expect(opened.of(model).opens).toBe(1);
  await writeFile(join(folder, 'docs', 'muse.md'), '川辺の資料館は毎朝九時に開館します。\n');
  await glot.sync([join(folder, 'docs')], { keepEncoder: false });
  expect((await glot.search('資料館は何時に開きますか', { mode: 'semantic' }))[0]?.text).toContain('九時');
  await glot.close();
});
