/**
 * What a file holds, by its format and tables: files of older formats lack some of it.
 * @module
 */
import type { Database } from 'better-sqlite3';

export function formatOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

export const storesPartitions = (db: Database): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'generation'").get() !== undefined;

export const storesPlaces = (db: Database): boolean => formatOf(db) >= 3;

export const storesChangeTimes = (db: Database): boolean => formatOf(db) >= 5;

export function storesTextBlocks(db: Database): boolean {
  return db.prepare("SELECT 1 FROM pragma_table_info('document_text') WHERE name = 'start_offset'").get() !== undefined;
}

export const storesReadings = (db: Database): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'reading'").get() !== undefined;

export function storesWordForms(db: Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'document_words'").get() !== undefined;
}
