import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Glot } from '../glot.js';
import { openGlot } from '../open-glot.js';
import { testEncoder } from '../testing/test-encoder.js';

let folder: string;
let glot: Glot;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-platte-'));
  const past = new Date('2026-01-01');
  for (const name of ['a.md', 'b.md', 'c.md', 'd.md', 'e.md']) {
    writeFileSync(join(folder, name), `Das Museum öffnet um neun Uhr, sagt Seite ${name}.\n`);
    utimesSync(join(folder, name), past, past);
  }
  glot = await openGlot({ index: join(folder, 'index.db'), mode: 'write', encoder: testEncoder(() => {}) });
  await glot.sync([folder]);
});
afterEach(async () => {
  await glot.close();
  rmSync(folder, { recursive: true, force: true });
});

it('marks hits and quotes of files that are gone or have another content since they were indexed', async () => {
  const past = new Date('2026-01-01');
  rmSync(join(folder, 'a.md'));
  writeFileSync(join(folder, 'b.md'), 'Anderes.\n');
  writeFileSync(join(folder, 'c.md'), 'Das Museum öffnet um zehn Uhr, sagt Seite c.md.\n');
  utimesSync(join(folder, 'c.md'), past, past);
  utimesSync(join(folder, 'd.md'), new Date(), new Date());
  await glot.add({ id: 'text', text: 'Das Museum öffnet um neun Uhr, sagt der Text.' });
  const states = Object.fromEntries((await glot.search('Museum öffnet')).map(({ path, onDisk }) => [path, onDisk]));
  expect(states).toEqual({
    'a.md': 'gone',
    'b.md': 'changed',
    'c.md': 'changed',
    'd.md': undefined,
    'e.md': undefined,
    text: undefined,
  });

  const asked = await glot.ask('Wann öffnet das Museum?', { filter: { path: 'a.md' }, minEvidence: 0 });
  expect(asked.sentences[0]?.citations[0]).toMatchObject({ path: 'a.md', verified: true, onDisk: 'gone' });
  const [citation] = asked.sentences[0]!.citations;
  const claimed = (path: string) => ({
    answer: [{ text: 'x', citations: [{ path: join(folder, path), quote: citation!.quote }] }],
  });
  expect((await glot.verify(claimed('a.md'))).citations[0]).toMatchObject({ verified: true, onDisk: 'gone' });
  expect((await glot.verify(claimed('e.md'))).citations[0]).not.toHaveProperty('onDisk');
});

it('gives the passage of a hit by its id', async () => {
  const [hit] = await glot.search('Seite', { filter: { path: 'e.md' } });
  const found = await glot.getPassage(hit!.passageId);
  expect(found?.document.path).toBe('e.md');
  expect(found?.document.passages[found.passage]?.text).toBe(hit!.text);
  expect(await glot.getPassage(999_999)).toBeNull();
});
