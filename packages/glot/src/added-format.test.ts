import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryIndex } from '@glot/index';
import { wordEncoder } from '@glot/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openGlot } from './open-glot.js';

/** Entries apart by zero bytes, behind a mark: what nothing else in the house has heard of. */
const LEDGER = vi.hoisted(() => {
  const text = new TextDecoder();
  const read = (bytes: Uint8Array) => {
    const entries = text.decode(bytes).split('\0').slice(1);
    let end = -1;
    const blocks = entries.map((entry) => {
      const start = end + 1;
      end = start + entry.length;
      return { kind: 'item', start, end, level: 0, heading: '' };
    });
    const empty = { title: null, meta: {}, places: [], hasLines: false, declaredLang: null, notes: [] };
    return { ...empty, text: entries.join('\n'), blocks };
  };
  return {
    name: 'ledger',
    extensions: new Set(['xls']),
    version: 3,
    isTrusted: true,
    source: 'bytes',
    recognize: ({ bytes }: { bytes: Uint8Array }) =>
      text.decode(bytes.subarray(0, 7)) === 'LEDGER\0' ? 'content' : null,
    load: async () => read,
  };
});

vi.mock('../../ingest/src/formats/registry.js', async (original) => {
  const registry = await original<{ readonly FORMATS: readonly (typeof LEDGER)[] }>();
  const formats = [LEDGER, ...registry.FORMATS];
  const formatNamed = (name: string) => formats.find((format) => format.name === name);
  return { FORMATS: formats, formatNamed, versionOfFormat: (name: string) => formatNamed(name)?.version };
});

it('recognizes, reads, splits, finds and filters by a format that stands in the registry alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'glot-format-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const entries = ['帳簿は三月に締める。', 'Im Dezember wird der Bestand gezählt.'].map((entry) =>
    `${entry} `.repeat(40).trim(),
  );
  await writeFile(join(folder, 'bücher.xls'), `LEDGER\0${entries.join('\0')}`);
  await writeFile(join(folder, 'notiz'), 'LEDGER\0Der Markt öffnet samstags.');
  await writeFile(join(folder, 'plain.md'), 'Der Markt schließt sonntags.\n');

  const encoder = wordEncoder();
  const { name, fingerprint, dim } = encoder;
  const glot = await openGlot({
    index: createMemoryIndex({ encoder: { name, fingerprint, dim } }),
    mode: 'write',
    encoder,
  });
  onTestFinished(() => glot.close());
  expect(await glot.sync([folder])).toMatchObject({ added: 3, skipped: [] });

  const book = await glot.get(join(folder, 'bücher.xls'));
  expect(book).toMatchObject({ format: 'ledger', formatVersion: 3, text: entries.join('\n') });
  expect(book!.passages.length).toBeGreaterThan(1);
  for (const { text, start, end } of book!.passages) expect(book!.text.slice(start, end)).toBe(text);
  expect((await glot.search('三月に締める'))[0]).toMatchObject({
    path: expect.stringMatching(/bücher\.xls$/u),
    lang: 'ja',
  });

  const markets = await glot.search('Markt', { filter: { formats: ['ledger'] } });
  expect(markets.map(({ path }) => path)).toContainEqual(expect.stringMatching(/notiz$/u));
  expect(markets.map(({ path }) => path).join()).not.toContain('plain.md');
});
