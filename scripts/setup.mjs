// Makes a fresh clone ready: installs with the pinned pnpm (no global pnpm needed) and builds. Idempotent: an
// unchanged lockfile is not installed again, and the build is incremental. Needs only Node, npm, python3, g++ and make.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.glot-setup');
const logFile = join(root, '.glot', 'setup.log');

/** Runs a command with its output in the log; prints one line that tells how long it has been at it. */
function step(label, command, args) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const tty = process.stderr.isTTY;
  process.stderr.write(tty ? `${label} ...` : `${label} ...\n`);
  const ticker = setInterval(
    () => process.stderr.write(tty ? `\r${label} ... ${seconds()} s` : `${label} ... ${seconds()} s\n`),
    tty ? 1000 : 30_000,
  );
  return new Promise((resolve, reject) => {
    const log = createWriteStream(logFile, { flags: 'a' });
    const tail = [];
    const child = spawn(command, args, { cwd: root, env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => {
      log.write(chunk);
      tail.push(...chunk.toString().split('\n'));
      if (tail.length > 40) tail.splice(0, tail.length - 40);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => finish(error));
    child.on('close', (code, signal) =>
      finish(code === 0 ? null : new Error(`ended with ${signal ?? `code ${code}`}`)),
    );
    function finish(error) {
      clearInterval(ticker);
      log.end();
      if (error) {
        process.stderr.write(`\n${tail.join('\n')}\n`);
        reject(new Error(`${label}: ${error.message}. The whole output is in .glot/setup.log`));
        return;
      }
      process.stderr.write(tty ? `\r${label} ... done in ${seconds()} s\n` : `${label}: done in ${seconds()} s\n`);
      resolve();
    }
  });
}

export async function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`glot needs Node 20.19 or later; this is ${process.versions.node}`);
  }
  mkdirSync(join(root, '.glot'), { recursive: true });
  writeFileSync(logFile, '');
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'));
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const stamp = createHash('sha256')
    .update(lock)
    .update(process.version)
    .update(process.platform + process.arch)
    .digest('hex');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    await step('installing dependencies (better-sqlite3 may compile: about two minutes)', npx, [
      '--yes',
      packageManager,
      'install',
      '--frozen-lockfile',
      '--reporter=append-only',
    ]);
    writeFileSync(stampFile, stamp);
  }
  await step('building', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--build']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup().catch((error) => {
    process.stderr.write(`setup failed: ${error.message}\n`);
    process.exit(1);
  });
}
