import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { outputOf, spawnReader } from '../testing/spawn-reader.js';
import { FORMATS } from './registry.js';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));

const FORMAT = `
import type { Format } from '../format.js';

export const LEDGER = {
  name: 'ledger',
  extensions: new Set(['xls']),
  version: 1,
  isTrusted: false,
  source: 'bytes',
  recognize: ({ bytes }) => (new TextDecoder().decode(bytes.subarray(0, 7)) === 'LEDGER\\0' ? 'content' : null),
  load: async () => (await import('./read-ledger.js')).readLedger,
} as const satisfies Format;
`;

const READER = `
import type { Extraction } from '../../extraction.js';
import { TextBuilder } from '../text-builder.js';

export function readLedger(bytes: Uint8Array): Extraction {
  const builder = new TextBuilder();
  for (const line of new TextDecoder().decode(bytes.subarray(7)).split('\\0')) builder.add('item', line);
  const { text, blocks } = builder;
  return { text, title: null, meta: {}, blocks, places: [], hasLines: false, declaredLang: null, notes: [] };
}
`;

it('lists each name and each ending once', () => {
  const names = FORMATS.map(({ name }) => name);
  const endings = FORMATS.flatMap(({ extensions }) => [...extensions]);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(endings).size).toBe(endings.length);
});

it('is all that a further format touches, beside its own folder', async () => {
  // Within the package, so that what the sources import is found.
  const source = path.join(SOURCE, `../.test-format-${process.pid}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'glot-format-'));
  try {
    await cp(SOURCE, source, { recursive: true });
    await mkdir(path.join(source, 'formats/ledger'));
    await writeFile(path.join(source, 'formats/ledger/format.ts'), FORMAT);
    await writeFile(path.join(source, 'formats/ledger/read-ledger.ts'), READER);
    const registry = path.join(source, 'formats/registry.ts');
    const lines = await readFile(registry, 'utf8');
    await writeFile(
      registry,
      `import { LEDGER } from './ledger/format.js';\n${lines.replace('FORMATS = [', 'FORMATS = [LEDGER, ')}`,
    );
    const files = ['bücher.xls', 'notiz.txt'].map((name) => path.join(folder, name));
    await writeFile(files[0]!, 'LEDGER\0帳簿は三月に締める。\0Zweite Zeile');
    await writeFile(files[1]!, 'LEDGER\0unter einem anderen Namen');
    expect(await outputOf(spawnReader(source, files, {}))).toEqual([
      'read ledger 帳簿は三月に締める。',
      'Zweite Zeile',
      'read ledger unter einem anderen Namen',
    ]);
  } finally {
    await rm(source, { recursive: true, force: true });
    await rm(folder, { recursive: true });
  }
});
