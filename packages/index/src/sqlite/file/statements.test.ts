import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../../../', import.meta.url));

const sources = readdirSync(PACKAGES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) =>
    readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(PACKAGES, name, 'src', file),
    ),
  )
  .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|fixtures\.ts$/.test(file));
const holding = (text: string) => sources.filter((file) => readFileSync(file, 'utf8').includes(text));

it('no statement is left half-read, which would forbid writing meanwhile', () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(holding('.iterate(')).toEqual([]);
});

it('connections are made in one place, where they are kept from being collected', () => {
  expect(holding('new Database(').map((file) => basename(file))).toEqual(['connection.ts']);
});
