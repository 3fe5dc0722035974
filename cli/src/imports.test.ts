import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('.', import.meta.url));

it('knows glot by its front door alone', () => {
  const imported = new Map<string, string>();
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    const text = readFileSync(join(source, name), 'utf8');
    for (const [, module] of text.matchAll(/(?:from|import\()\s*['"](@glot\/[^'"]+)['"]/gu))
      imported.set(module!, name);
  }
  const others = [...imported].filter(([module]) => !/^@glot\/(?:errors|glot(?:\/[a-z]+)?)$/u.test(module));
  expect(others).toEqual([]);
  expect(imported.size).toBeGreaterThan(1);
});

/** Packages that a file loads as soon as it is loaded, through files beside it; types are not loaded. */
function loadedAtOnce(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const open = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, names, module] of text.matchAll(/^(?:import|export)(?! type)([^;]*?) from '([^']+)';/gmu)) {
      const isTypesAlone = /^ \{\s*(?:type [\w\s]+,?\s*)+\}$/u.test(names!);
      if (isTypesAlone) continue;
      if (module!.startsWith('.')) open(join(dirname(file), module!.replace(/\.js$/u, '.ts')));
      else packages.add(module!);
    }
  };
  open(entry);
  return packages;
}

it('loads no more of glot for its help than errors, and nothing that reads files for a search', () => {
  const table = [...loadedAtOnce(join(source, 'main.ts'))].filter((name) => name.startsWith('@glot/'));
  expect(table).toEqual(['@glot/errors']);
  const library = loadedAtOnce(join(source, '../../packages/glot/src/index.ts'));
  expect([...library]).toContain('@glot/index');
  expect([...library]).not.toContain('@glot/ingest');
});

it('loads what reads documents only where a file is to be read', () => {
  const walking = loadedAtOnce(join(source, '../../packages/ingest/src/index.ts'));
  expect([...walking]).toContain('@glot/errors');
  for (const heavy of ['eld/small', '@glot/text/language', 'chardet']) expect([...walking]).not.toContain(heavy);
});
