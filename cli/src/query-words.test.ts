import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from './program.js';
import { shieldWords } from './query-words.js';
import { readWords } from './read-words.js';
import { runGlot } from './testing/run-glot.js';

const { commands } = buildProgram({ signal: new AbortController().signal, takeOver: () => () => {} }, () => {});

describe('words of a query that begin with a hyphen', () => {
  const shielded = (line: string) =>
    shieldWords(['node', 'glot', ...line.split(' ')], commands)
      .slice(2)
      .map((word) => word.replaceAll('\u200B', '^'))
      .join(' ');

  it.each([
    ['search wax -snow', 'search wax ^-snow'],
    ['search tar -xzf file -l', 'search tar ^-xzf file -l'],
    ['search wax -lemon -kite -x', 'search wax ^-lemon ^-kite ^-x'],
    ['search wax -k5 -l0 -0l -lk5 -k 5 -h', 'search wax -k5 -l0 -0l -lk5 -k 5 -h'],
    ['search wax --path -draft --json', 'search wax --path -draft --json'],
    ['search -l -- -k --path', 'search -l -- ^^-k ^^--path'],
    ['ask what does tar -xzf do', 'ask what does tar ^-xzf do'],
    ['get -xzf', 'get -xzf'],
  ])('%s', (line, expected) => {
    expect(shielded(line)).toBe(expected);
  });

  it('are read as what they are', () => {
    expect(readWords(['wax', '\u200B-snow', '\u200B\u200B-k', '\u200B\u200B"a b"'])).toEqual({
      typed: 'wax -snow -k "a b"',
      text: 'wax -k "a b"',
      phrases: [],
      without: ['snow'],
    });
  });
});

describe('glot search', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'glot-words-'));
    mkdirSync(join(folder, 'd'));
    for (const [name, text] of Object.entries({
      'jaguar.md': 'The jaguar hunts by night in the forest.',
      'cars.md': 'The jaguar is a fast car, and the forest of cars is large.',
      'tar.md': 'Unpack an archive with tar -xzf file and the option -k keeps old files.',
      'hours.md': 'Opening hours: at night only. The forest ranger opens hours later.',
    })) {
      writeFileSync(join(folder, 'd', name), `${text}\n`);
    }
    await runGlot(['index', 'd'], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const search = (...args: string[]) => runGlot(['search', ...args], { cwd: folder });

  it('leaves out, holds to phrases and says so', async () => {
    const without = await search('jaguar', '-car', '-l');
    expect(without.stdout.split('\n')).not.toContain('d/cars.md');
    expect(without.stderr).toContain('left out passages with "car"');
    expect((await search('"opening hours"', 'forest', '-l')).stdout).toBe('d/hours.md\n');
    const none = await search('"hours opening"');
    expect([none.code, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('only passages with "hours opening" were looked at');
    const printed = JSON.parse((await search('jaguar -car "the forest"', '--json')).stdout);
    expect(printed).toMatchObject({ query: 'jaguar -car "the forest"', phrases: ['the forest'], without: ['car'] });
    expect(printed.hits.map(({ path }: { path: string }) => path).sort()).toEqual(['d/hours.md', 'd/jaguar.md']);
  });

  it('is asked in the same signs by ask, and by each line of a conversation', async () => {
    const quoted = (stdout: string) => stdout.match(/d\/\w+\.md/gu) ?? [];
    const without = await runGlot(['ask', 'jaguar is a fast', '-car'], { cwd: folder });
    expect(quoted(without.stdout)).not.toContain('d/cars.md');
    expect(without.stderr).toContain('left out passages with "car"');
    const input = 'jaguar is a fast -car\n"hours opening" at night\n';
    const chat = await runGlot(['ask', '--chat'], { cwd: folder, input });
    expect(quoted(chat.stdout)).not.toContain('d/cars.md');
    expect(chat.stderr).toContain('left out passages with "car"');
    expect(chat.stderr).toContain('only passages with "hours opening" were looked at');
  });

  it('takes flags of other programs for text, and all behind --', async () => {
    const lexical = ['-l', '--mode', 'lexical'];
    expect((await search('tar', '-xzf', ...lexical)).stdout).toBe('d/tar.md\n');
    expect((await search(...lexical, '--', '-k')).stdout).toBe('d/tar.md\n');
    const unknown = await search('jaguar', '--jsn');
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
  });

  it('says what it searched in place of a mistyped word', async () => {
    const { stdout, stderr } = await search('jagaur', '--mode', 'lexical');
    expect(stderr).toBe('searched "jaguar" for "jagaur"\n');
    expect(stdout).toContain('d/jaguar.md');
    const [hit] = JSON.parse((await search('jagaur', '--json')).stdout).hits;
    expect(hit.corrections).toEqual([{ typed: 'jagaur', searched: 'jaguar' }]);
  });
});
