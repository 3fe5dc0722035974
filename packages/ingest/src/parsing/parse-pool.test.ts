import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pdfOf } from '@glot/testing';
import { expect, it } from 'vitest';

it('leaves no trace on the output and does not hold up the end of the process', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'glot-pool-'));
  try {
    const file = path.join(folder, 'bad.pdf');
    // An operator that pdf.js warns of.
    await writeFile(
      file,
      pdfOf([], { content: Buffer.from('BT /F 10 Tf 72 700 Td (gezeiten) Tj ET 1 2 nonsense /Nope gs') }),
    );
    const hooks = new URL('./source-hooks.mjs', import.meta.url).href;
    const program = `
      import { createReader, walkFiles } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
      const reader = createReader();
      for await (const entry of walkFiles([${JSON.stringify(file)}])) {
        const { status, document } = await reader.read(entry);
        process.stdout.write(status + ' ' + document.text);
      }`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--conditions=glot-source',
      '--import',
      hooks,
      '--input-type=module',
      '--eval',
      program,
    ]);
    expect({ stdout, stderr }).toEqual({ stdout: 'read gezeiten', stderr: '' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
