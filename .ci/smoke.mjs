// What has to hold on every Node: an index of 700 files, large enough for partitions to be trained, made in spite of kills;
// search, ask, a clean stderr. Run in a checkout that is set up. One line a check, exit code 1 where one failed.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const glotExecutable = fileURLToPath(new URL('../cli/bin/glot.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'glot-smoke-'));
const FILES = 700;
const SECTIONS = 10;
/** Partitions are trained above this. */
const CELLS_ABOVE = 4000;

const PLACES = ['harbour', 'Hafen', '港', 'порт', 'ميناء', 'बंदरगाह', 'port', '항구', 'puerto', 'ท่าเรือ'];

const glot = (args, killAfterMs = null) => node([glotExecutable, ...args], killAfterMs);

function node(args, killAfterMs = null) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      err += chunk;
    });
    const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
}

let failed = false;
async function check(name, action) {
  try {
    await action();
    console.log(`passed: Node ${process.versions.node}: ${name}`);
  } catch (error) {
    failed = true;
    console.log(`failed: Node ${process.versions.node}: ${name}: ${error.message.replaceAll('\n', ' | ')}`);
  }
}

function expect(holds, run) {
  if (!holds) throw new Error(`ended with ${run.signal ?? run.code}: ${run.out.slice(-500)} ${run.err.slice(-1500)}`);
}

mkdirSync(join(folder, 'docs'));
for (let file = 0; file < FILES; file += 1) {
  const sections = Array.from({ length: SECTIONS }, (_, at) => {
    const number = file * SECTIONS + at;
    return `## ${PLACES[at]} ${number}\n\nBerth ${number}: ${PLACES[at]}, ${PLACES[(file + at) % SECTIONS]}.\n`;
  });
  writeFileSync(join(folder, 'docs', `note-${file}.md`), sections.join('\n'));
}

try {
  await check('an index is made in spite of kills, partitions included', async () => {
    for (const killAfterMs of [1500, 4000, 9000]) await glot(['index', 'docs'], killAfterMs);
    const run = await glot(['index', 'docs']);
    expect(run.code === 0 && !/warning/i.test(run.err), run);
    const status = await glot(['status', '--json']);
    const { documents, passages } = JSON.parse(status.out);
    expect(documents === FILES && passages > CELLS_ABOVE, status);
    const checked = await glot(['doctor']);
    expect(checked.code === 0, checked);
  });
  await check('connections, statements and backups that are no longer in use do no harm', async () => {
    const run = await node([
      fileURLToPath(new URL('collected.mjs', import.meta.url)),
      join(folder, '.glot', 'index.db'),
    ]);
    expect(run.code === 0 && run.err === '', run);
  });
  await check('search finds', async () => {
    const run = await glot(['search', 'Berth 4321', '--json', '-k', '3']);
    expect(run.code === 0 && run.err === '', run);
    expect(JSON.parse(run.out).hits[0].path === 'docs/note-432.md', run);
  });
  await check('ask answers with verified quotes', async () => {
    writeFileSync(
      join(folder, 'docs', 'gate.md'),
      'The harbour master opens the northern gate at nine in the morning.\n',
    );
    const changed = await glot(['index', 'docs']);
    expect(changed.code === 0, changed);
    const run = await glot(['ask', 'When does the harbour master open the northern gate?', '--json']);
    expect(run.code === 0 && JSON.parse(run.out).answer[0].citations[0].verified === true, run);
  });
  await check('a folder below a file is told apart from an index that is missing', async () => {
    for (const [index, said] of [
      ['docs/gate.md/i.db', 'ENOTDIR'],
      ['missing/i.db', 'no index'],
    ]) {
      const run = await glot(['search', 'x', '--index', index]);
      expect(run.code === 2 && run.err.includes(said), run);
    }
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
