// Packages as their users get them: packed, installed by npm and by pnpm into an empty project of strict TypeScript
// (skipLibCheck off), run as they are and from a bundle of esbuild. One line a check; the last line is JSON.
// The native part of better-sqlite3 is taken from this checkout: compiling it again would take minutes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../scripts/pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const APP = join(root, '.ci', 'packages', 'app.ts');
const { packageManager, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    declaration: true,
    types: ['node'],
    outDir: 'out',
  },
  include: ['app.ts'],
};

function run(command, args, cwd) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? signal ?? status}\n${said.slice(-3000)}`);
  return said;
}

function check(label, action) {
  const started = Date.now();
  try {
    action();
    counts.passed += 1;
    console.log(`passed: ${label} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    counts.failed += 1;
    console.log(`failed: ${label}: ${error.message}`);
  }
}

function project(folder, manifest) {
  mkdirSync(folder);
  const dev = {};
  for (const name of ['typescript', '@types/node', 'esbuild']) dev[name] = devDependencies[name];
  const whole = { name: 'app', version: '1.0.0', private: true, type: 'module', devDependencies: dev, ...manifest };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(whole, null, 2));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG, null, 2));
  cpSync(APP, join(folder, 'app.ts'));
}

function takeNativePart(folder) {
  const built = dirname(
    createRequire(join(root, 'packages', 'index', 'package.json')).resolve('better-sqlite3/package.json'),
  );
  const target = [
    join(folder, 'node_modules', 'better-sqlite3'),
    join(folder, 'node_modules', '.pnpm', `better-sqlite3@${version(built)}`, 'node_modules', 'better-sqlite3'),
  ].find(existsSync);
  if (version(target) !== version(built))
    throw new Error(`better-sqlite3 ${version(target)} was installed, not ${version(built)}`);
  cpSync(
    join(built, 'build', 'Release', 'better_sqlite3.node'),
    join(target, 'build', 'Release', 'better_sqlite3.node'),
  );
}

const version = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
const bin = (name) => join('node_modules', '.bin', name);

/** What a user of the library does, in a project where it is installed. */
function checkProject(manager, folder) {
  check(`${manager}: strict TypeScript compiles against the types, declarations included`, () => {
    run(bin('tsc'), ['-p', '.'], folder);
  });
  check(`${manager}: index, search, ask, own generator, own encoder`, () => {
    run(process.execPath, ['out/app.js'], folder);
  });
  check(`${manager}: the same from a bundle of esbuild, packages external`, () => {
    const options = ['--bundle', '--platform=node', '--format=esm', '--packages=external', '--outfile=bundled/app.mjs'];
    run(bin('esbuild'), ['app.ts', ...options], folder);
    run(process.execPath, ['bundled/app.mjs'], folder);
  });
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'glot-packages-')));
try {
  const tarballs = await pack(join(folder, 'tarballs'));
  const { '@glot/cli': cli, ...library } = tarballs;

  const npm = join(folder, 'npm');
  project(npm, {
    dependencies: Object.fromEntries(Object.entries(library).map(([name, path]) => [name, `file:${path}`])),
  });
  check('npm: installs from tarballs', () => {
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], npm);
    takeNativePart(npm);
  });
  checkProject('npm', npm);

  const pnpm = join(folder, 'pnpm');
  const overrides = Object.fromEntries(Object.entries(library).map(([name, path]) => [name, `file:${path}`]));
  project(pnpm, { dependencies: { '@glot/glot': `file:${library['@glot/glot']}` }, pnpm: { overrides } });
  check('pnpm: installs from tarballs, the library alone being named', () => {
    run('npx', ['--yes', packageManager, 'install', '--prefer-offline', '--ignore-scripts'], pnpm);
  });
  check('pnpm: without its native part the error is one clear line', () => {
    writeFileSync(
      join(pnpm, 'early.mjs'),
      "import { openGlot } from '@glot/glot';\nawait openGlot({ index: 'early.db', mode: 'write' }).catch((error) => console.log(error.code, error.message));\n",
    );
    const said = run(process.execPath, ['early.mjs'], pnpm);
    if (!/^index\.native .*pnpm approve-builds[^\n]*\n$/.test(said)) throw new Error(said);
    takeNativePart(pnpm);
  });
  checkProject('pnpm', pnpm);

  const tool = join(folder, 'tool');
  mkdirSync(join(tool, 'docs'), { recursive: true });
  writeFileSync(join(tool, 'package.json'), '{ "private": true }\n');
  writeFileSync(join(tool, 'docs', 'gate.html'), '<p>The harbour master opens the northern gate at nine.</p>\n');
  writeFileSync(join(tool, 'docs', 'tor.md'), 'Der Hafenmeister öffnet das Nordtor um neun Uhr morgens.\n');
  check('npx: the command line installs from its tarball alone', () => {
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', cli], tool);
    takeNativePart(tool);
  });
  check('npx: glot index, search, ask', () => {
    const indexed = run('npx', ['--no-install', 'glot', 'index', 'docs', '--json'], tool);
    if (JSON.parse(indexed.slice(indexed.indexOf('{'))).added !== 2) throw new Error(indexed);
    if (!run('npx', ['--no-install', 'glot', 'search', 'Hafenmeister'], tool).includes('tor.md'))
      throw new Error('tor.md');
    const answer = run(
      'npx',
      ['--no-install', 'glot', 'ask', 'When does the harbour master open the northern gate?'],
      tool,
    );
    if (!answer.includes('gate.html')) throw new Error(answer);
  });
} finally {
  if (process.env.GLOT_KEEP) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(counts));
process.exit(counts.failed > 0 ? 1 : 0);
