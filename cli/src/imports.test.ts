import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const source = fileURLToPath(new URL('.', import.meta.url));

it('knows glot by its front door alone', () => {
  const imported = new Map<string, string>();
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join(source, name), 'utf8');
    for (const [, module] of text.matchAll(/(?:from|import\()\s*['"](@glot\/[^'"]+)['"]/gu))
      imported.set(module!, name);
  }
  const others = [...imported].filter(([module]) => !/^@glot\/(?:errors|glot(?:\/[a-z]+)?)$/u.test(module));
  expect(others).toEqual([]);
  expect(imported.size).toBeGreaterThan(1);
});
