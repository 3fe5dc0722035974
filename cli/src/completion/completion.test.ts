import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../program.js';
import { bashScript } from './bash.js';
import { commandTable } from './command-table.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

const table = commandTable(buildProgram({ signal: new AbortController().signal, takeOver: () => () => {} }, () => {}));

const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

function run(shell: string, script: string): string {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

describe('the command table', () => {
  it('has every command with its flags, choices and arguments', () => {
    const names = table.map(({ path }) => path.join(' '));
    expect(names).toEqual(expect.arrayContaining(['', 'index', 'search', 'ask', 'models pull', 'completion']));
    const search = table.find(({ path }) => path[0] === 'search')!;
    expect(search.flags.find(({ names }) => names.includes('--mode'))?.value).toEqual([
      'hybrid',
      'semantic',
      'lexical',
    ]);
    expect(search.flags.find(({ names }) => names.includes('-l'))).toMatchObject({
      names: ['-l', '--files'],
      value: 'none',
    });
    expect(search.takesFiles).toBe(false);
    expect(table.find(({ path }) => path[0] === 'index')?.takesFiles).toBe(true);
  });
});

describe.skipIf(!isInstalled('bash'))('completion in bash', () => {
  const complete = (...words: string[]) => {
    const typed = words.map((word) => `'${word}'`).join(' ');
    return run(
      'bash',
      `complete() { :; }\n${bashScript(table)}\nCOMP_WORDS=(glot ${typed}); COMP_CWORD=${words.length}; _glot; echo "\${COMPREPLY[@]}"`,
    ).trim();
  };
  it.each([
    [['sea'], 'search'],
    [['search', '--mo'], '--mode --model'],
    [['search', '--mode', ''], 'hybrid semantic lexical'],
    [['search', '--mode', 'lex'], 'lexical'],
    [['models', 'pu'], 'pull'],
    [['models', 'pull', '--rev'], '--revision'],
    [['search', 'index', '--fu'], '--full'],
    [['index', 'do'], ''],
    [['completion', ''], 'bash zsh fish'],
  ])('%j', (words, expected) => expect(complete(...words)).toBe(expected));
});

describe.skipIf(!isInstalled('fish'))('completion in fish', () => {
  const complete = (line: string) =>
    run('fish', `${fishScript(table)}\ncomplete -C '${line}'`)
      .trim()
      .split('\n')
      .map((hit) => hit.split('\t')[0]);
  it('offers commands, flags and choices', () => {
    expect(complete('glot sea')).toEqual(['search']);
    expect(complete('glot search --mode ')).toEqual(['hybrid', 'lexical', 'semantic']);
    expect(complete('glot models pu')).toEqual(['pull']);
  });
});

describe.skipIf(!isInstalled('zsh'))('completion in zsh', () => {
  it('is a script that zsh takes', () => {
    expect(run('zsh', `compdef() { echo "$@" }\n${zshScript(table)}`).trim()).toBe('_glot glot');
  });
});
