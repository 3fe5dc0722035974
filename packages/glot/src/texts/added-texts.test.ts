import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryIndex } from '@glot/index';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openGlot } from '../open-glot.js';
import { testEncoder } from '../testing/test-encoder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-текст '));
});
afterEach(() => rm(folder, { recursive: true }));

const encoder = testEncoder(() => {});
const texts = [
  { id: 'faq/1', text: 'Die Monatskarte kann bis zum Zehnten gekündigt werden.', language: 'de' },
  { id: 'faq/2', text: '資料館は毎朝十時に開館します。', title: '開館時間', fields: { topic: 'visit' } },
];

it('finds texts that are no files, cites them, and leaves them alone when it syncs', async () => {
  const docs = join(folder, 'docs');
  await mkdir(docs);
  await writeFile(join(docs, 'a.md'), 'The herons nest by the river.\n');
  await using glot = await openGlot({ index: join(folder, 'index.db'), mode: 'write', encoder });
  await glot.add(texts);
  await glot.sync([folder], { deleteMissing: true });
  const lexical = async (query: string) => (await glot.search(query, { mode: 'lexical' })).map(({ path }) => path);
  expect([await lexical('資料館'), await lexical('Monatskarte'), await lexical('herons')]).toEqual([
    ['faq/2'],
    ['faq/1'],
    ['docs/a.md'],
  ]);
  const filter = { meta: { topic: 'visit' } };
  expect((await glot.search('開館', { mode: 'lexical', filter }))[0]).toMatchObject({ title: '開館時間', lang: 'ja' });
  const { sentences } = await glot.ask('資料館は何時に開館しますか', {
    mode: 'lexical',
    minEvidence: 0,
    maxSentences: 1,
  });
  expect(sentences[0]?.citations[0]).toMatchObject({ path: 'faq/2', quote: '資料館は毎朝十時に開館します。' });
  expect(await glot.readEarlier()).toEqual([]);
  await glot.add({ id: 'faq/2', text: '月曜日は休みます。' });
  expect([await lexical('資料館'), await lexical('月曜日')]).toEqual([[], ['faq/2']]);
  expect(await glot.delete(['faq/1', 'faq/2', 'nirgends'])).toBe(2);
  expect(await lexical('Monatskarte')).toEqual([]);
  expect(await glot.stats()).toMatchObject({ documents: 1 });
  await expect(glot.add([...texts, { id: 'leer', text: ' \n ' }])).rejects.toMatchObject({ code: 'glot.text' });
  expect(await glot.stats()).toMatchObject({ documents: 1 });
});

it('works on an index of the caller, and leaves it open', async () => {
  const { name, fingerprint, dim } = encoder;
  const index = createMemoryIndex({ encoder: { name, fingerprint, dim } });
  const glot = await openGlot({ index, mode: 'write', encoder });
  await glot.add(texts);
  expect((await glot.search('Monatskarte'))[0]?.path).toBe('faq/1');
  await glot.close();
  expect(await index.stats()).toMatchObject({ documents: 2 });
});

it('gives hits in pages', async () => {
  const glot = await openGlot({ index: join(folder, 'index.db'), mode: 'write', encoder });
  await glot.add(Array.from({ length: 5 }, (_, at) => ({ id: `${at}`, text: `पुल ${at}` })));
  const all = await glot.search('पुल', { mode: 'lexical' });
  const page = await glot.search('पुल', { mode: 'lexical', offset: 2, limit: 2 });
  expect(page).toEqual(all.slice(2, 4));
  expect(page[0]?.rank).toBe(3);
  await glot.close();
});
