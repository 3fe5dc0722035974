// Lets a plain `node` child run this repository's sources: `.js` specifiers lead to their `.ts` files, types are erased.
// Used with `--conditions=glot-source`, so that nothing has to be built. Loading the compiler takes longer than the
// rest of a child's start: what it made stays in a folder for the next child.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

let folder;

export function initialize(data) {
  folder = data.folder;
}

export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const url = new URL(`${specifier.slice(0, -3)}.ts`, context.parentURL);
    if (existsSync(url)) return { url: url.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const input = readFileSync(fileURLToPath(url), 'utf8');
  const made = join(folder, `${createHash('sha256').update(input).digest('hex')}.js`);
  if (!existsSync(made)) {
    const { default: ts } = await import('typescript');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(input, { compilerOptions: options });
    const unfinished = `${made}.${process.pid}`;
    writeFileSync(unfinished, outputText);
    renameSync(unfinished, made);
  }
  return { format: 'module', source: readFileSync(made, 'utf8'), shortCircuit: true };
}
