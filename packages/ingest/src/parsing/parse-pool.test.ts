import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pdfOf } from '@glot/testing';
import { expect, it } from 'vitest';
import { createParsePool } from './parse-pool.js';

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

/** Processes of parsers below this one. */
function parsers(): number {
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('from-source.mjs')).length;
}

it.skipIf(process.platform !== 'linux').each([
  ['keeps one process for a few small documents', 60_000, 1],
  ['starts another one where the first has enough to do', 0, 2],
])('%s', async (_, startMs, processes) => {
  const before = parsers();
  const pool = createParsePool({ timeoutMs: 60_000, memoryMegabytes: 256, startMs });
  try {
    const texts = ['Die Flut kommt.', '潮は満ちる。', 'La marea sube.', 'المد يرتفع.'];
    const parse = (text: string) => pool.parse({ format: 'html', extension: '.html', source: `<p>${text}` });
    const parsed = await Promise.all(texts.map(parse));
    expect(parsed.map((one) => 'extraction' in one && one.extraction.text)).toEqual(texts);
    expect(parsers() - before).toBe(processes);
  } finally {
    await pool.dispose();
  }
});
