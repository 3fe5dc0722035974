import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGlot } from './testing/run-glot.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bad input is one clear line on stderr and exit code 2', () => {
  const cases: [title: string, args: string[], line: RegExp][] = [
    ['an unknown flag', ['search', 'x', '--jsn'], /unknown option '--jsn'.*--json.*See `glot search --help`/],
    ['an unknown command', ['serch', 'x'], /unknown command 'serch'.*search/],
    ['a query that is missing', ['search'], /missing required argument 'query'/],
    ['an empty query', ['search', ' \u3000 '], /the query is empty/],
    ['an empty question', ['ask', ''], /the query is empty/],
    ['a count that is no number', ['search', 'x', '-k', 'viele'], /'viele' is invalid.*whole number/],
    ['an unknown mode', ['search', 'x', '--mode', 'fuzzy'], /'fuzzy' is invalid.*hybrid, semantic, lexical/],
    ['an index that is not there', ['search', '寿司'], /no index at .*index\.db; run `glot index FOLDER` first/],
    ['the status of no index', ['status'], /no index at /],
    ['a folder that is not there', ['index', 'dokumente-größe'], /no file or folder at dokumente-größe/],
    ['a model folder that is not there', ['index', '.', '--model', 'modèle'], /modèle/],
    ['an evaluation folder that is not there', ['eval', 'لا-شيء'], /لا-شيء/],
  ];
  it.each(cases)('%s', async (_title, args, line) => {
    const run = await runGlot(args, { cwd: folder });
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(run.stderr).toMatch(line);
    expect(run.stdout).toBe('');
    expect(run.code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a file that is no index is named and left as it is', async () => {
    const file = join(folder, 'notes.db');
    const bytes = Buffer.from('Это не индекс. '.repeat(200));
    writeFileSync(file, bytes);
    for (const args of [['search', 'x'], ['index', '.'], ['status']]) {
      const run = await runGlot([...args, '--index', file], { cwd: folder });
      expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(run.stderr).toContain('notes.db');
      expect(run.code).toBe(2);
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
    rmSync(file);
  });
});

describe('help and version', () => {
  it('go to stdout and end with 0', async () => {
    for (const args of [[], ['--help'], ['help', 'search'], ['index', '--help'], ['--version']]) {
      const run = await runGlot(args);
      expect(run.code).toBe(0);
      expect(run.stdout).not.toBe('');
      expect(run.stderr).toBe('');
    }
  });
});
