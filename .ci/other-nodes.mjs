// The smoke suite on every supported Node but the running one. Each comes as the registry's package of its binary and
// gets a copy of this checkout that is set up by its own `scripts/setup.mjs`, as after a fresh clone, so that the native
// parts of the checkout itself stay as they are. Both are kept in .glot/nodes: only the first run downloads and compiles.
// `--prepare` sets up only; releases may be named (`22 24`). Prints a line a check; the last line is JSON: {"passed","failed","skipped"}.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kept = join(root, '.glot', 'nodes');
const PREPARE = process.argv.includes('--prepare');
const NAMED = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const RELEASES = ['20.19', '22', '24', '26'].filter((release) => NAMED.length === 0 || NAMED.includes(release));
const WINDOWS = process.platform === 'win32';
const counts = { passed: 0, failed: 0, skipped: 0 };

function run(command, args, options) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...options,
  });
  if (status !== 0) throw new Error(`${error ?? ''}ended with ${signal ?? status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** @returns the binary of a release, installed where it is missing; null where the registry has none for this machine */
function nodeOf(release) {
  const folder = join(kept, release);
  const platform = WINDOWS ? 'win' : process.platform;
  const name = `${platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${process.arch}`;
  const binary = join(folder, 'node_modules', name, 'bin', WINDOWS ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  try {
    const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', `${name}@${release}`];
    run(WINDOWS ? 'npm.cmd' : 'npm', args, { cwd: folder, shell: WINDOWS });
  } catch (error) {
    console.log(error.message);
  }
  return existsSync(binary) ? binary : null;
}

/** Brings a copy of what git knows or does not ignore in step with the checkout. Its own modules and builds stay. */
function copyCheckout(to) {
  const list = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  const files = list.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  const manifest = join(to, '..', 'files.json');
  const before = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : [];
  const now = new Set(files);
  for (const file of before) if (!now.has(file)) rmSync(join(to, file), { force: true });
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file), { preserveTimestamps: true, recursive: true });
  }
  writeFileSync(manifest, JSON.stringify(files));
}

function count(label, outcome, detail = '') {
  counts[outcome] += 1;
  console.log(`${outcome}: ${label}${detail && `\n${detail}`}`);
}

for (const release of RELEASES) {
  if (release.split('.')[0] === process.versions.node.split('.')[0]) continue;
  const started = Date.now();
  const node = nodeOf(release);
  if (node === null) {
    count(`Node ${release}: its binary could not be had from the registry`, 'skipped');
    continue;
  }
  const copy = join(kept, release, 'glot');
  const env = { ...process.env, PATH: `${dirname(node)}${WINDOWS ? ';' : ':'}${process.env.PATH}` };
  try {
    mkdirSync(copy, { recursive: true });
    copyCheckout(copy);
    run(node, ['scripts/setup.mjs'], { cwd: copy, env });
    count(`Node ${release}: sets up`, 'passed');
  } catch (error) {
    count(`Node ${release}: sets up`, 'failed', error.message);
    continue;
  }
  if (PREPARE) continue;
  const { stdout, stderr, status } = spawnSync(node, ['.ci/smoke.mjs'], { cwd: copy, env, encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => /^(passed|failed): /.test(line));
  for (const line of lines) {
    counts[line.slice(0, 6)] += 1;
    console.log(line);
  }
  const failures = lines.filter((line) => line.startsWith('failed')).length;
  if (status !== 0) {
    console.log(`${stdout}\n${stderr}`);
    if (failures === 0) count(`Node ${release}: the smoke suite ends by itself`, 'failed');
  }
  console.log(`Node ${release}: ${Math.round((Date.now() - started) / 1000)} s`);
}
console.log(JSON.stringify(counts));
process.exit(counts.failed > 0 ? 1 : 0);
