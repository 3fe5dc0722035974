import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { connect } from './connection.js';

const folder = mkdtempSync(join(tmpdir(), 'glot-connection-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('gives the same statement for the same text, and another for each way of giving rows', () => {
  const db = connect(':memory:');
  const plain = db.prepare('SELECT ? AS name, 2 AS count');
  expect(db.prepare('SELECT ? AS name, 2 AS count')).toBe(plain);
  const [plucked, raw] = [plain.pluck(), plain.raw()];
  expect(plucked.get('город')).toBe('город');
  expect(raw.get('city')).toEqual(['city', 2]);
  expect(plain.get('مدينة')).toEqual({ name: 'مدينة', count: 2 });
  expect([plain.pluck(), plain.raw()]).toEqual([plucked, raw]);
  db.close();
});

it('reads and sets pragmas, those without a result too', () => {
  const db = connect(join(folder, 'pragmas.db'));
  db.pragma('user_version = 7');
  db.pragma('synchronous = FULL');
  expect(db.pragma('user_version', { simple: true })).toBe(7);
  expect(db.pragma('user_version')).toEqual([{ user_version: 7 }]);
  expect(db.pragma('journal_mode = WAL', { simple: true })).toBe('wal');
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  db.close();
});

it('keeps transactions and backups whole', async () => {
  const db = connect(join(folder, 'source.db'));
  db.exec('CREATE TABLE place (name TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO place VALUES (?)');
  const both = db.transaction((...names: (string | null)[]) => {
    for (const name of names) insert.run(name);
  });
  both('東京', 'Αθήνα');
  expect(() => both('ভারত', null)).toThrow();
  await db.backup(join(folder, 'copy.db'));
  db.close();
  const copy = connect(join(folder, 'copy.db'), { readonly: true });
  expect(copy.prepare('SELECT name FROM place').pluck().all()).toEqual(['東京', 'Αθήνα']);
  copy.close();
});
