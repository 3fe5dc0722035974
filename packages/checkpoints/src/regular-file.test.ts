import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GgufFile } from './gguf/gguf-file.js';
import { ModelFiles } from './model-files.js';
import { readJson } from './read-json.js';
import { openRegularFile, readRegularBytes } from './regular-file.js';
import { SafetensorsFile } from './safetensors/safetensors-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-modell '));
});
afterEach(() => rmSync(folder, { recursive: true }));

const READERS = [
  ['openRegularFile', openRegularFile],
  ['readRegularBytes', readRegularBytes],
  ['readJson', readJson],
  ['SafetensorsFile.open', SafetensorsFile.open],
  ['GgufFile.open', GgufFile.open],
] as const;

describe.each(READERS)('%s', (_name, read) => {
  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    const pipe = join(folder, 'مودل.gguf');
    execFileSync('mkfifo', [pipe]);
    await expect(read(pipe)).rejects.toMatchObject({
      code: 'lfm2.not-found',
      message: expect.stringMatching(/named pipe/),
      details: { path: pipe },
    });
  });

  it('names a folder that stands where a file is wanted', async () => {
    const path = join(folder, '模型.gguf');
    mkdirSync(path);
    await expect(read(path)).rejects.toMatchObject({
      code: 'lfm2.not-found',
      message: expect.stringMatching(/is a folder/),
    });
  });

  it('names a file that is not there', async () => {
    const path = join(folder, 'fehlt');
    await expect(read(path)).rejects.toMatchObject({ code: 'lfm2.not-found', message: expect.stringContaining(path) });
  });
});

it('opens no checkpoint whose settings are a pipe', async () => {
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [join(folder, 'config.json')]);
  const files = await ModelFiles.open(folder);
  await expect(files.config()).rejects.toMatchObject({ code: 'lfm2.not-found' });
});
