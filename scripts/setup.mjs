// Makes a fresh clone ready: installs with the pinned pnpm (no global pnpm needed) and builds. Idempotent: an
// unchanged lockfile is not installed again, and the build is incremental. Native parts are loaded to see that they run
// on this Node, and built again where they don't. Needs only Node, npm, python3, g++ and make.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.glot-setup');
const logFile = join(root, '.glot', 'setup.log');

/** Where each native part is loaded from, and what shows that it works. Each in a process of its own: one may crash. */
const NATIVE = {
  'better-sqlite3': ['packages/index', "new (require('better-sqlite3'))(':memory:').prepare('SELECT 1').get()"],
  'hnswlib-node': ['bench', "new (require('hnswlib-node').HierarchicalNSW)('ip', 2)"],
  'onnxruntime-node': ['packages/kernels', "require('onnxruntime-node')"],
};

/**
 * What the commands of this file run with: this Node, whichever comes first on the path, and its own headers where they
 * lie beside it, so that native parts are never compiled for another one.
 */
function environment() {
  const folder = dirname(process.execPath);
  const headers = dirname(folder);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, ORT_DISABLE_TELEMETRY: '1' };
  const version = join(headers, 'include', 'node', 'node_version.h');
  if (existsSync(version)) {
    const text = readFileSync(version, 'utf8');
    const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
    if (`v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}` === process.version) env.npm_config_nodedir = headers;
  }
  return env;
}

/** @returns the native parts that do not load on this Node */
function brokenParts() {
  return Object.entries(NATIVE)
    .filter(([, [folder, script]]) => {
      const cwd = join(root, folder);
      return spawnSync(process.execPath, ['-e', script], { cwd, env: environment(), stdio: 'ignore' }).status !== 0;
    })
    .map(([name]) => name);
}

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
    const child = spawn(command, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
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
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const pnpm = (label, ...args) => step(label, npx, ['--yes', packageManager, ...args, '--reporter=append-only']);
  const stamped = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (!stamped) {
    await pnpm(
      'installing dependencies (better-sqlite3 may compile: about two minutes)',
      'install',
      '--frozen-lockfile',
    );
  }
  const broken = brokenParts();
  if (broken.length > 0) {
    rmSync(stampFile, { force: true });
    const names = broken.join(', ');
    await pnpm(`building ${names} for Node ${process.versions.node} (about two minutes)`, 'rebuild', '-r', ...broken);
    const left = brokenParts();
    if (left.length > 0) {
      throw new Error(
        `${left.join(', ')} does not load on Node ${process.versions.node} (${process.platform}/${process.arch}); see .glot/setup.log`,
      );
    }
  }
  // Last, so that only what works counts as set up.
  if (!stamped || broken.length > 0) writeFileSync(stampFile, stamp);
  await step('building', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--build']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup().catch((error) => {
    process.stderr.write(`setup failed: ${error.message}\n`);
    process.exit(1);
  });
}
