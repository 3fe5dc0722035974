import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conversationEventSchema } from '@glot/glot/json';
import { sendAnswer, startChatServer } from '@glot/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glotExecutable, type RunOptions, runGlot } from './testing/run-glot.js';

let folder: string;
let server: Awaited<ReturnType<typeof startChatServer>>;
let env: Record<string, string>;
let respond: (response: ServerResponse, prompt: string) => void;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-cli-'));
  writeFileSync(
    join(folder, 'museum.md'),
    '# 川辺の資料館\n\n川辺の資料館は毎朝十時に開館します。入館料は大人三百円です。\n',
  );
  writeFileSync(
    join(folder, 'bad.md'),
    '# Freibad am Mühlbach\n\nDas Freibad am Mühlbach öffnet um acht Uhr. Eine Tageskarte kostet vier Euro fünfzig.\n',
  );
  await runGlot(['index', '.'], { cwd: folder });
  server = await startChatServer((response, { body }) => respond(response, JSON.stringify(body)));
  env = { GLOT_GENERATOR: server.url, GLOT_GENERATOR_MODEL: 'lfm2' };
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const chat = (input: string, args: string[] = [], options: RunOptions = {}) =>
  runGlot(['ask', '--chat', ...args], { cwd: folder, input, ...options });

const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('glot ask --chat', () => {
  it('answers a question a line from a pipe, each with its own citations', async () => {
    const run = await chat(
      '川辺の資料館は何時に開館しますか\n\nWann öffnet das Freibad am Mühlbach?\n/quit\nno more\n',
    );
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^> 川辺の資料館は何時に開館しますか\n川辺の資料館は毎朝十時に開館します。 \[1\]/u);
    expect(run.stdout).toMatch(/> Wann öffnet das Freibad am Mühlbach\?\nDas Freibad .* acht Uhr\. \[1\]/u);
    expect(run.stdout.match(/\[1\] \S+\.md:3/gu)).toHaveLength(2);
    expect(run.stdout).not.toContain('no more');
  });

  it('says what it remembers, and forgets it', async () => {
    const run = await chat('/history\n川辺の資料館は何時に開館しますか\n/history\n/clear\n/history\n/nonsense\n');
    expect(run.stderr).toMatch(
      /^nothing is remembered\n1\. 川辺の資料館は何時に開館しますか\n {3}川辺.*\nforgotten: 1 turn\nnothing is remembered\n\/nonsense is no command/su,
    );
  });

  it('--json prints an object a turn; the exit code is 1 where no turn was answered', async () => {
    const run = await chat('Wann öffnet das Freibad am Mühlbach?\nQuantenchromodynamik\n', ['--json']);
    expect(run.code).toBe(0);
    const [first, second] = jsonLines(run.stdout);
    expect(Object.keys(first)).toEqual([
      ...['turn', 'question', 'abstained', 'reason', 'answer', 'standalone', 'searchedWith'],
    ]);
    expect(first).toMatchObject({ turn: 1, abstained: false, searchedWith: null });
    expect(first.answer[0].citations[0]).toMatchObject({ path: 'bad.md', verified: true });
    expect(second).toMatchObject({ turn: 2, question: 'Quantenchromodynamik', abstained: true, answer: [] });
    expect((await chat('Quantenchromodynamik\n', ['--json'])).code).toBe(1);
    expect(await chat('', ['--json'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('says that the model does not read the language of a question', async () => {
    const run = await chat('რა არის წყალი\n');
    expect(run.stderr).toContain('does not read the language of this query');
    const [turn] = jsonLines((await chat('რა არის წყალი\n', ['--json'])).stdout);
    expect(turn.unread).toEqual({ query: true, languages: [] });
  });

  it('lets the generator make follow-ups stand alone; --ndjson numbers each event by its turn', async () => {
    const prompts: string[] = [];
    respond = (response, prompt) => {
      prompts.push(prompt);
      if (prompt.includes('<turn>')) sendAnswer(response, 'Was kostet eine Tageskarte im Freibad am Mühlbach?');
      else sendAnswer(response, 'Acht. [1] "öffnet um acht Uhr"\nVier. [1] "Tageskarte kostet vier Euro"');
    };
    const run = await chat('Wann öffnet das Freibad am Mühlbach?\nUnd was kostet es?\n', ['--ndjson', '-k', '1'], {
      env,
    });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const events = jsonLines(run.stdout);
    for (const event of events) expect(conversationEventSchema.parse(event)).toEqual(event);
    expect(events.filter((event) => event.type === 'turn')).toMatchObject([
      { turn: 1, standalone: 'Wann öffnet das Freibad am Mühlbach?', turnsRead: 0 },
      {
        turn: 2,
        question: 'Und was kostet es?',
        standalone: 'Was kostet eine Tageskarte im Freibad am Mühlbach?',
        turnsRead: 1,
      },
    ]);
    expect(events.filter((event) => event.turn === 2).map((event) => event.type)).toEqual([
      ...['turn', 'retrieved', 'packed', 'text', 'citation', 'text', 'citation', 'verification', 'done'],
    ]);
    expect(prompts).toHaveLength(3);
    expect(prompts[1]).toContain('Acht.');
    expect(prompts[2]).toContain('Was kostet eine Tageskarte');
  });

  it('goes on after a turn that fails, and ends with 2', async () => {
    respond = (response) => void response.writeHead(500).end('down');
    const run = await chat(
      'Wann öffnet das Freibad am Mühlbach?\nWas kostet eine Tageskarte im Freibad am Mühlbach?\n',
      [],
      { env },
    );
    expect(run.code).toBe(2);
    expect(run.stderr.match(/answered 500: down/gu)).toHaveLength(2);
  });

  it('ends at once with 130 when Ctrl-C comes through a pipe', async () => {
    const run = await chat('Wann öffnet das Freibad am Mühlbach?\nUnd jetzt?\n', [], {
      env,
      onStart(child) {
        respond = () => child.kill('SIGINT');
      },
    });
    expect(run.code).toBe(130);
    expect(run.stderr).toContain('glot: interrupted');
    expect(run.stdout).not.toContain('Und jetzt');
  });

  it('stops the answer at the first Ctrl-C on a terminal, and leaves at the second', async () => {
    respond = () => writeFileSync(join(folder, 'asked'), '');
    // Types once the screen shows what the step waits for.
    const script = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
screen = b''
def until(text):
    global screen
    while text not in screen:
        screen += os.read(terminal, 4096)
    screen = screen[screen.index(text) + len(text):]
until(b'> ')
os.write(terminal, 'Wann öffnet das Freibad am Mühlbach?\\r'.encode())
while not os.path.exists('asked'): time.sleep(0.05)
os.write(terminal, b'\\x03')
until(b'stopped; not remembered')
until(b'> ')
os.write(terminal, b'/history\\r')
until(b'nothing is remembered')
until(b'> ')
os.write(terminal, b'\\x03')
try:
    while os.read(terminal, 4096): pass
except OSError: pass
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
    const shown = await python(script, ['ask', '--chat'], env);
    expect(shown).toBe('130\n');
  });

  it('says once on a terminal that the documents are quoted, and never through a pipe', async () => {
    const script = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
screen = b''
try:
    while True:
        part = os.read(terminal, 4096)
        if not part: break
        screen += part
except OSError: pass
os.waitpid(pid, 0)
sys.stdout.write(screen.decode())
`;
    const question = 'Wann öffnet das Freibad am Mühlbach?';
    const screen = await python(script, ['ask', question], {});
    expect(screen.match(/quoting the documents; --generator/gu)).toHaveLength(1);
    expect(screen).toContain('öffnet um acht Uhr');
    expect((await runGlot(['ask', question], { cwd: folder })).stderr).toBe('');
  });
});

/** A script that runs glot, with these arguments, on a terminal of its own. @returns what the script prints */
function python(script: string, args: readonly string[], extra: Readonly<Record<string, string>>): Promise<string> {
  const { GLOT_GENERATOR: _generator, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    execFile(
      'python3',
      ['-c', script, process.execPath, glotExecutable, ...args],
      { cwd: folder, env: { ...inherited, ...extra }, timeout: 55_000 },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
  });
}
