import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { document, ENCODER, encode } from '../../fixtures.js';
import { openIndex } from '../../open-index.js';
import { createTables } from '../opening/schema.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-место '));
  file = join(folder, 'index.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openIndex({ file, mode: 'write', encoder: ENCODER, exhaustivePassages: 20, threads: 1 });

const textOf = (at: number) =>
  Array.from({ length: 60 }, (_, word) => `слово${at}x${Math.imul(at + 1, word * 7919) >>> 0}`).join(' ');

/** @returns bytes of the file with all documents, and with the few that are left */
async function sizes(): Promise<[before: number, after: number]> {
  const index = await open();
  const texts = Array.from({ length: 90 }, (_, at) => textOf(at));
  for (const [at, text] of texts.entries()) {
    await index.upsert(document(`${at}`, [text, 'パンの発酵']), encode(text, 'パンの発酵'));
  }
  await index.optimize();
  await index.close();
  const before = statSync(file).size;
  const again = await open();
  for (let at = 4; at < texts.length; at += 1) await again.delete(`${at}`);
  await again.optimize();
  expect(await again.check()).toEqual([]);
  expect((await again.search({ mode: 'hybrid', text: 'パン', vectors: encode('パンの発酵') }))[0]?.text).toBe(
    'パンの発酵',
  );
  expect((await again.stats()).documents).toBe(4);
  await again.close();
  return [before, statSync(file).size];
}

it('leaves a small file behind when most of its documents are deleted', async () => {
  const [before, after] = await sizes();
  expect(before).toBeGreaterThan(1_200_000);
  // Half a megabyte may stay free.
  expect(after).toBeLessThan(before / 2);
});

it('writes the file of an older glot anew once most of it is free', async () => {
  const old = new Database(file);
  old.pragma('page_size = 8192');
  createTables(old, ENCODER, 'standard', null);
  old.close();
  const [before, after] = await sizes();
  expect(after).toBeLessThan(before / 2);
  const db = new Database(file, { readonly: true });
  expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
  db.close();
});
