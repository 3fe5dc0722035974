import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGlot } from './testing/run-glot.js';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-doctor-'));
  mkdirSync(join(folder, 'docs'));
  writeFileSync(
    join(folder, 'docs', 'パン.md'),
    '---\ntopic: bread\nlang: ja\n---\n\n# パン\n\nパン生地は一晩発酵させてから焼きます。\n',
  );
  writeFileSync(
    join(folder, 'docs', 'train.md'),
    '---\ntopic: trains\n---\n\n# Trains\n\nThe night train leaves at eleven. Bread is sold on board.\n',
  );
  const run = await runGlot(['index', 'docs'], { cwd: folder });
  expect(run.code, run.stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const glot = (...args: string[]) => runGlot(args, { cwd: folder });
const paths = (stdout: string) => (JSON.parse(stdout).hits as { path: string }[]).map(({ path }) => path);

describe('search among some documents only', () => {
  it('takes front-matter values, paths and types', async () => {
    for (const flags of [
      ['--where', 'topic=trains'],
      ['--path', 'docs/t*.md'],
      ['--path', 'train.*', '--type', 'markdown'],
    ]) {
      const run = await glot('search', 'bread', '--json', ...flags);
      expect(run.stderr).toBe('');
      expect([...new Set(paths(run.stdout))], flags.join(' ')).toEqual(['docs/train.md']);
    }
    const none = await glot('search', 'bread', '--where', 'topic=trains', '--before', '1990-01-01');
    expect(none.code).toBe(1);
    for (const flags of [
      ['--where', 'topic'],
      ['--since', 'yesterday'],
      ['--lang', ','],
    ]) {
      const run = await glot('search', 'bread', ...flags);
      expect(run.code, flags.join(' ')).toBe(2);
      expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('explains each hit token by token', async () => {
    const run = await glot('search', '発酵', '--explain', '--json', '-k', '1');
    const [hit] = JSON.parse(run.stdout).hits as {
      text: string;
      start: number;
      matches: { queryText: string | null; text: string | null; start: number | null; similarity: number }[];
    }[];
    expect(hit!.matches.length).toBeGreaterThan(1);
    for (const { similarity } of hit!.matches) expect(Math.abs(similarity)).toBeLessThanOrEqual(1.01);
    // Whatever tokens the query has, together they are the query, and each match stands where it says.
    expect(hit!.matches.map(({ queryText }) => queryText ?? '').join('')).toBe('発酵');
    for (const { text, start } of hit!.matches) {
      if (start !== null) expect(hit!.text.slice(start - hit!.start).startsWith(text!)).toBe(true);
    }
    const text = await glot('search', '発酵', '--explain', '-k', '1');
    expect(text.stdout).toMatch(/score 0\.\d+, log-odds .* semantic \(similarity .* lexical \(BM25 .*\n.*→.* \d\.\d\d/);
  });
});

describe('doctor', () => {
  it('says that all is well, names damage, and mends it', async () => {
    const whole = await glot('doctor');
    expect([whole.code, whole.stdout]).toEqual([0, 'the index is whole\n']);
    const require = createRequire(new URL('../../packages/index/package.json', import.meta.url));
    const Database = require('better-sqlite3') as new (file: string) => { exec(sql: string): void; close(): void };
    const db = new Database(join(folder, '.glot', 'index.db'));
    db.exec(
      'UPDATE passage_vectors SET codes = zeroblob(length(codes)) WHERE passage_id = (SELECT min(passage_id) FROM passage_vectors)',
    );
    db.close();
    const damaged = await glot('doctor');
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toMatch(/^vectors: the vectors of passage \d+ \(.*\.md\)\n$/);
    expect(damaged.stderr).toContain('--repair');
    const repaired = await glot('doctor', '--repair', '--json');
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout)).toMatchObject({ whole: true, removed: [expect.stringMatching(/\.md$/)] });
    expect((await glot('doctor')).code).toBe(0);
    const again = await glot('index', 'docs', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ added: 1, unchanged: 1 });
    expect((await glot('doctor', '--index', 'missing.db')).code).toBe(2);
  });
});

describe('backup', () => {
  it('makes one copy that is an index of its own, and replaces nothing unasked', async () => {
    const made = await glot('backup', 'copy of it.db');
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(/^copy of it\.db: 2 documents, 2 passages \(\d\.\d MB\)\n$/);
    expect((await glot('doctor', '--index', 'copy of it.db')).stdout).toBe('the index is whole\n');
    const again = await glot('backup', 'copy of it.db');
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toMatch(/^glot: .*a file stands there.*--force\n$/);
    const forced = await glot('backup', 'copy of it.db', '--force', '--json');
    expect(JSON.parse(forced.stdout)).toMatchObject({ target: 'copy of it.db', documents: 2, passages: 2 });
    expect((await glot('backup', 'docs')).stderr).toContain('it is a folder');
  });
});

describe('export and import', () => {
  it('carry an index to another file', async () => {
    const out = await glot('export', 'out', '--json');
    expect([out.code, out.stderr]).toEqual([0, '']);
    const into = await glot('import', 'out', '--index', 'copy.db', '--compact', '--json');
    expect(into.stdout).toBe(out.stdout);
    const hits = paths((await glot('search', '発酵', '--json', '--index', 'copy.db')).stdout);
    expect(hits[0]).toMatch(/パン\.md$/);
    const missing = await glot('import', 'nowhere');
    expect([missing.code, missing.stdout]).toEqual([2, '']);
  });
});
