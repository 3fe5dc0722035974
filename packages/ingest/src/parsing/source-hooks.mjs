// Importing this lets the thread run TypeScript sources: `./x.js` means `./x.ts` where that exists, types are stripped.
// What was stripped once is kept, since loading the compiler takes longer than everything else that a parser does.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = module.createRequire(import.meta.url);
const { version } = require('typescript/package.json');
const KEPT = path.join(tmpdir(), `glot-sources-${version}-${process.getuid?.() ?? 0}`);

export function resolve(specifier, context, nextResolve) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(fileURLToPath(source))) return { url: source.href, format: 'module', shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  return { format: 'module', source: stripped(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true };
}

function stripped(source) {
  const kept = path.join(KEPT, `${createHash('sha256').update(source).digest('hex')}.mjs`);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const ts = require('typescript');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
  });
  mkdirSync(KEPT, { recursive: true, mode: 0o700 });
  const whole = `${kept}.${process.pid}-${Math.random()}`;
  writeFileSync(whole, outputText);
  renameSync(whole, kept);
  return outputText;
}

// Node 26 warns of `register`, Node 20 has nothing else; there this file is loaded again, in the thread of the hooks.
if (module.registerHooks) module.registerHooks({ resolve, load });
else if (!import.meta.url.endsWith('?hooks')) module.register(`${import.meta.url}?hooks`);
