// Lets a plain `node` child run this repository's sources: `.js` specifiers lead to their `.ts` files, types are erased.
// Imported as `typescript-hooks.mjs?folder=…`, with `--conditions=glot-source`, so that nothing has to be built. Loading
// the compiler takes longer than the rest of a child's start: what it made stays in the folder for the next child.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const url = new URL(import.meta.url);
const folder = url.searchParams.get('folder');
const require = createRequire(import.meta.url);

export function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const source = new URL(`${specifier.slice(0, -3)}.ts`, context.parentURL);
    if (existsSync(source)) return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export function load(source, context, next) {
  if (!source.endsWith('.ts')) return next(source, context);
  const input = readFileSync(fileURLToPath(source), 'utf8');
  const made = join(folder, `${createHash('sha256').update(input).digest('hex')}.js`);
  if (!existsSync(made)) {
    const ts = require('typescript');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(input, { compilerOptions: options });
    const unfinished = `${made}.${process.pid}`;
    writeFileSync(unfinished, outputText);
    renameSync(unfinished, made);
  }
  return { format: 'module', source: readFileSync(made, 'utf8'), shortCircuit: true };
}

// Node 26 warns of `register`, Node 20 has nothing else; there this file is loaded again, in the thread of the hooks.
if (module.registerHooks) module.registerHooks({ resolve, load });
else if (!url.searchParams.has('hooks')) {
  url.searchParams.set('hooks', '');
  module.register(url);
}
