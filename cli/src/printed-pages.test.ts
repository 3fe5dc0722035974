/** Pages that three programs printed in eight languages are found by what a person reads on them. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runGlot } from './testing/run-glot.js';

const PRINTED = fileURLToPath(new URL('../../fixtures/printed', import.meta.url));
const printed = JSON.parse(readFileSync(join(PRINTED, 'pages.json'), 'utf8')) as Record<string, { phrases: string[] }>;

const folder = mkdtempSync(join(tmpdir(), 'glot-printed-'));
const glot = (...args: string[]) => runGlot(args, { cwd: folder });

beforeAll(async () => {
  cpSync(PRINTED, join(folder, 'printed'), { recursive: true, filter: (source) => !/\.(?:json|mjs)$/.test(source) });
  const report = JSON.parse((await glot('index', 'printed', '--json')).stdout);
  expect(report).toMatchObject({ added: 27, skipped: [] });
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each(Object.entries(printed))('%s', async (name, { phrases }) => {
  const files = (name.endsWith('-vertical') ? ['chromium', 'uptex', 'writer'] : ['chromium', 'typst', 'writer']).map(
    (program) => `printed/${name}-${program}.pdf`,
  );
  for (const [at, phrase] of phrases.entries()) {
    const { stdout } = await glot('search', phrase, '--json', '-k', `${files.length}`);
    const hits = JSON.parse(stdout).hits as { path: string; page: number }[];
    expect(hits.map(({ path, page }) => `${path} ${page}`).sort()).toEqual(files.map((file) => `${file} ${at + 1}`));
  }
});
