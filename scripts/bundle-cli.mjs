// Bundles the built command line into cli/bundle: all code of glot and of the libraries that are plain JavaScript, in
// chunks that are loaded when they are needed. What is native or has files of its own stays a dependency.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { removeStale } from './public-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'cli');
const out = join(cli, 'bundle');

/** Files that code starts by their name, as threads and processes. All outputs lie in one folder, so that they are found. */
function entries() {
  const started = new Set();
  for (const name of readdirSync(join(root, 'packages'))) {
    const dist = join(root, 'packages', name, 'dist');
    for (const file of existsSync(dist) ? readdirSync(dist, { recursive: true }) : []) {
      if (!file.endsWith('.js') || file.endsWith('.test.js')) continue;
      const text = readFileSync(join(dist, file), 'utf8');
      for (const [, entry] of text.matchAll(/'(\.\/[\w-]+\.js)', import\.meta\.url/g)) {
        started.add(join(dist, dirname(file), entry));
      }
    }
  }
  return [...started];
}

/** The licences of all that is in the bundle. */
function notices(inputs) {
  const folders = new Map();
  for (const input of inputs) {
    let folder = dirname(join(root, input));
    if (!folder.includes('node_modules')) continue;
    while (
      !existsSync(join(folder, 'package.json')) ||
      !JSON.parse(readFileSync(join(folder, 'package.json'))).version
    ) {
      folder = dirname(folder);
    }
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    folders.set(`${name} ${version} (${license})`, folder);
  }
  const text = [...folders].sort().map(([title, folder]) => {
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    return `${title}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}`;
  });
  return `Bundled with glot:\n\n${text.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

export async function bundleCli() {
  rmSync(out, { recursive: true, force: true });
  removeStale();
  const { dependencies } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(cli, 'dist', 'main.js'), ...entries()],
    outdir: out,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: [...Object.keys(dependencies), 'canvas'],
    // Bundled CommonJS asks for parts of Node.
    banner: {
      js: "#!/usr/bin/env node\nimport{createRequire as glotRequire}from'node:module';const require=glotRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(join(out, 'licenses.txt'), notices(Object.keys(metafile.inputs)));
  rmSync(join(cli, 'models'), { recursive: true, force: true });
  cpSync(join(root, 'packages', 'encoder', 'models'), join(cli, 'models'), { recursive: true });
  return metafile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { outputs } = await bundleCli();
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
  console.log(
    `${relative(process.cwd(), out)}: ${Object.keys(outputs).length} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
  );
}
