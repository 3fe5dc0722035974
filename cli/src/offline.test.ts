import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GlotRun, type RunOptions, runGlot } from './testing/run-glot.js';

const LISTENER = fileURLToPath(new URL('testing/network-listener.c', import.meta.url));
const CORPUS = fileURLToPath(new URL('../../fixtures/corpus', import.meta.url));

/** Native code looks hosts up too, so the listener stands below Node, in the C library. */
const canListen = process.platform === 'linux' && spawnSync('g++', ['--version']).status === 0;
if (!canListen) console.warn('skipped: what leaves the machine is listened to on Linux with g++ only');

let folder: string;
let env: Record<string, string>;
let log: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-offline-'));
  log = join(folder, 'network.log');
  for (const name of ['home', 'cache', 'temporary']) mkdirSync(join(folder, name));
  env = { HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: join(folder, 'temporary') };
  if (!canListen) return;
  const library = join(folder, 'listener.so');
  execFileSync('g++', ['-x', 'c', '-shared', '-fPIC', '-o', library, LISTENER, '-ldl']);
  Object.assign(env, { LD_PRELOAD: library, NETWORK_LOG: log });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const glot = (args: readonly string[], options: RunOptions = {}): Promise<GlotRun> =>
  runGlot(args, { cwd: folder, env, ...options });
const listed = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
const traces = (): string[] =>
  ['home', 'cache', 'temporary'].flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((file) => join(name, file)),
  );

describe.skipIf(!canListen)('a machine that listens', () => {
  it('hears of a look-up and of a connection, so that its silence means something', () => {
    const script =
      "require('node:dns').lookup('glot.invalid', () => {}); require('node:net').connect(9, '127.0.0.1').on('error', () => {})";
    spawnSync(process.execPath, ['-e', script], { env: { ...process.env, ...env } });
    expect(listed()).toContain('getaddrinfo glot.invalid');
    expect(listed()).toContain('connect inet');
    rmSync(log);
  });

  it('hears nothing of index, search, ask, chat and a watch of twelve seconds, and finds no trace of them', async () => {
    cpSync(CORPUS, join(folder, 'corpus'), { recursive: true });
    expect(await glot(['index', 'corpus'])).toMatchObject({ code: 0 });
    const watching = glot(['index', 'corpus', '--watch'], {
      onStart: async (child) => {
        await setTimeout(5_000);
        writeFileSync(join(folder, 'corpus', 'neu.md'), '# Fähre\n\nDie Fähre legt um neun Uhr ab.\n');
        await setTimeout(7_000);
        child.kill('SIGINT');
      },
    });
    expect(await glot(['search', 'パンの発酵時間'])).toMatchObject({ code: 0 });
    expect(await glot(['ask', 'How do I know that a sourdough starter is ready?'])).toMatchObject({ code: 0 });
    expect((await glot(['ask', '--chat'], { input: 'When is the tea ready?\nAnd the coffee?\n' })).stdout).not.toBe('');
    await watching;
    expect(await glot(['search', 'Wann legt die Fähre ab?', '-l'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('neu.md'),
    });
    expect(listed()).toBe('');
    expect(traces()).toEqual([]);
  }, 120_000);
});

describe('a long command line', () => {
  it('indexes 4,000 paths', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    const names = Array.from({ length: 4_000 }, (_, n) => `many/注-note-${n}.md`);
    // One text for most: what is indexed is not the point, but how it is called.
    for (const [n, name] of names.entries()) writeFileSync(join(folder, name), n < 20 ? `Nota número ${n}.\n` : '');
    const run = await glot(['index', ...names, '--index', 'many.db']);
    expect(run.stderr).not.toContain('Segmentation');
    expect(run.code).toBe(0);
    const status = await glot(['status', '--index', 'many.db', '--json']);
    expect(JSON.parse(status.stdout).documents).toBe(20);
  }, 120_000);

  it('searches for a query of 24,000 characters', async () => {
    writeFileSync(join(folder, 'hafen.md'), 'The harbour is closed in winter. Der Hafen ist im Winter zu.\n');
    expect(await glot(['index', 'hafen.md', '--index', 'hafen.db'])).toMatchObject({ code: 0 });
    const run = await glot(['search', 'harbour '.repeat(3_000), '--index', 'hafen.db', '-l']);
    expect(run).toMatchObject({ code: 0, stdout: 'hafen.md\n' });
  }, 60_000);
});
