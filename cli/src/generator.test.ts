import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendAnswer, startChatServer } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGlot } from './testing/run-glot.js';

let folder: string;
let server: Awaited<ReturnType<typeof startChatServer>>;
let env: Record<string, string>;
let respond: (response: ServerResponse) => void;
let keys: (string | undefined)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-cli-'));
  writeFileSync(join(folder, 'museum.md'), '# 川辺の資料館\n\n川辺の資料館は毎朝十時に開館します。\n');
  await runGlot(['index', 'museum.md'], { cwd: folder });
  server = await startChatServer((response, { authorization }) => {
    keys.push(authorization);
    respond(response);
  });
  env = { GLOT_GENERATOR: server.url, GLOT_GENERATOR_API_KEY: 'secret' };
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (args: string[], options = {}) =>
  runGlot(['ask', '資料館は何時に開きますか', '--generator-model', 'lfm2', ...args], { cwd: folder, env, ...options });

describe('glot ask --generator', () => {
  it('shows what the server wrote where its quotes verify', async () => {
    keys = [];
    respond = (response) =>
      sendAnswer(response, '十時です。[1] "毎朝十時に開館します"\n嘘です。[1] "毎晩十時に閉館します"');
    const run = await ask([]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toBe('十時です。 [1]\n\n[1] museum.md:3  川辺の資料館\n');
    expect(keys).toEqual(['Bearer secret']);
  });

  it('ends with 2 and one line when the server fails, without the key', async () => {
    respond = (response) => void response.writeHead(401).end('no such key: secret?');
    const run = await ask(['--json']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(run.stderr).toContain('answered 401');
  });

  it('stops at Ctrl-C while the server is silent', async () => {
    const run = await ask([], {
      onStart(child: { kill(signal: string): void }) {
        respond = () => child.kill('SIGINT');
      },
    });
    expect(run).toMatchObject({ code: 130, stdout: '', stderr: 'glot: interrupted\n' });
  });

  it('wants to know which model', async () => {
    const run = await runGlot(['ask', 'x'], { cwd: folder, env });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('--generator-model');
  });
});
