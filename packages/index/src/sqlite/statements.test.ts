import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));

it('no statement is left half-read: on Node 24 its iterator ends the process once it is collected', () => {
  const sources = readdirSync(PACKAGES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(PACKAGES, name, 'src', file),
      ),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => readFileSync(file, 'utf8').includes('.iterate('))).toEqual([]);
});
