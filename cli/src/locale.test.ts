import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runGlot } from './testing/run-glot.js';

const folder = mkdtempSync(join(tmpdir(), 'glot-locale-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('cuts a file into the same passages whatever the locale of the user', async () => {
  // Numbers and signs tell no language; a semicolon ends a sentence in Greek alone.
  writeFileSync(join(folder, 'a.txt'), Array.from({ length: 900 }, (_, n) => `X${n % 7} ${n}; ${n + 1} Y; `).join(''));
  const cut: string[] = [];
  for (const locale of ['en_US.UTF-8', 'el_GR.UTF-8', 'th_TH.UTF-8']) {
    const index = join(folder, `${locale}.db`);
    const env = { LC_ALL: locale, LANG: locale };
    expect(await runGlot(['index', 'a.txt', '--index', index], { cwd: folder, env })).toMatchObject({ code: 0 });
    const { stdout } = await runGlot(['search', 'X3', '--full', '--json', '-k', '50', '--index', index], {
      cwd: folder,
      env,
    });
    const hits: { start: number; end: number }[] = JSON.parse(stdout).hits;
    cut.push(JSON.stringify(hits.map(({ start, end }) => [start, end]).sort()));
  }
  expect(JSON.parse(cut[0]!).length).toBeGreaterThan(3);
  expect(cut[1]).toBe(cut[0]);
  expect(cut[2]).toBe(cut[0]);
}, 60_000);
