import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ENDLESS_FONT, pdfOf } from '@glot/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputOf, spawnReader } from '../testing/spawn-reader.js';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'glot-pool-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a parser', () => {
  it.skipIf(process.platform === 'win32')(
    'is not blamed for the time that the process was stopped',
    async () => {
      const file = path.join(folder, 'página.html');
      await writeFile(file, '<p>La marea sube dos veces al día.</p>');
      const child = spawnReader(SOURCE, [file], { parseTimeoutMs: 15_000 });
      const output = outputOf(child);
      await once(child.stdout!, 'data');
      // The parser is on its way: started from source it takes longer than this.
      await setTimeout(100);
      child.kill('SIGSTOP');
      await setTimeout(16_000);
      child.kill('SIGCONT');
      expect(await output).toEqual(['read html La marea sube dos veces al día.']);
    },
    90_000,
  );

  it('that the engine aborts costs its file, and the run goes on', async () => {
    const files = ['endless.pdf', 'after.pdf', 'seite.html'].map((name) => path.join(folder, name));
    // Without a header only pdf.js opens it.
    const endless = pdfOf(['gezeiten', 'maree'], { font: ENDLESS_FONT }).fill(' ', 0, 8);
    await writeFile(files[0]!, endless);
    await writeFile(files[1]!, pdfOf(['gezeiten']));
    await writeFile(files[2]!, '<p>潮は一日に二度満ちる。</p>');
    const output = await outputOf(spawnReader(SOURCE, files, { parseMemoryMegabytes: 256 }));
    expect(output).toEqual([
      expect.stringMatching(/^skipped out-of-memory parsing takes more than \d+ MiB$/),
      'read pdf gezeiten',
      'read html 潮は一日に二度満ちる。',
    ]);
  }, 120_000);

  it.skipIf(process.platform !== 'linux')('does not outlive the process that waits for it', async () => {
    const file = path.join(folder, 'pages.pdf');
    await writeFile(file, pdfOf(Array.from({ length: 40_000 }, (_, at) => (at % 2 === 0 ? `page ${at}` : '\f'))));
    const reader = spawnReader(SOURCE, [file], { parseTimeoutMs: 600_000 });
    const childrenOf = (pid: number): string[] =>
      readdirSync(`/proc/${pid}/task`).flatMap((task) =>
        readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
      );
    await once(reader.stdout!, 'data');
    let children: string[] = [];
    while (children.length === 0) {
      await setTimeout(50);
      children = childrenOf(reader.pid!);
    }
    // In hundredths of a second: well into the pages, far from their end.
    const processor = (pid: string): number => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[13]);
    while (processor(children[0]!) < 300) await setTimeout(50);
    reader.kill('SIGKILL');
    while (children.some((pid) => existsSync(`/proc/${pid}`))) await setTimeout(50);
    expect(children.length).toBe(1);
  });

  it('that is missing is a fault of the installation, not of each file', async () => {
    const source = path.join(SOURCE, `../.test-${process.pid}`);
    try {
      await cp(SOURCE, source, { recursive: true });
      await rm(path.join(source, 'formats/html/read-html.ts'));
      const files = ['a.html', 'b.html'].map((name) => path.join(folder, name));
      for (const file of files) await writeFile(file, '<p>Ein Absatz.');
      expect(await outputOf(spawnReader(source, files, {}))).toEqual([
        expect.stringMatching(/^error ingest\.installation .*html.*install glot again/),
      ]);
      await rm(path.join(source, 'parsing/parse-process.ts'));
      expect(await outputOf(spawnReader(source, files, {}))).toEqual([
        expect.stringMatching(/^error ingest\.installation .*from-source.*install glot again/),
      ]);
    } finally {
      await rm(source, { recursive: true });
    }
  }, 60_000);
});
