import type { Database } from 'better-sqlite3';
import { Checksums } from '../file/checksums.js';
import { blocksOf, passageTextToStore } from '../texts/document-texts.js';
import { WordLists } from './word-lists.js';

/** Documents that are changed between two looks at the list. */
const PAGE = 200;

interface DocumentRow {
  readonly id: number;
  readonly first_passage: number;
  readonly passages: number;
}

interface PassageRow {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Brings texts and words to format 7, without reading or encoding anything again. What was damaged before keeps its old
 * checksums, so that it is still told. Within a transaction of the caller.
 * @param tables makes the new tables, and leaves the texts in `document_text_6`
 */
export function bringWordsUp(db: Database, tables: string): void {
  const before = new Checksums(db);
  const sealed = new Set(idsOf(db).filter((id) => before.damagedParts(id)?.length === 0));
  const damagedSkips = new Set(before.damagedSkips());
  const sealedSkips = before.complete() ? before.skippedPaths().filter((path) => !damagedSkips.has(path)) : [];
  db.exec(tables);
  const documents = db.prepare('SELECT id, first_passage, passages FROM document WHERE id > ? ORDER BY id LIMIT ?');
  const textOf = db.prepare('SELECT text FROM document_text_6 WHERE document_id = ?').pluck();
  const insert = db.prepare('INSERT INTO document_text (document_id, start_offset, text) VALUES (?, ?, ?)');
  const passagesOf = db.prepare(
    'SELECT id, start_offset AS start, end_offset AS "end", text FROM passage WHERE id BETWEEN ? AND ?',
  );
  const empty = db.prepare("UPDATE passage SET text = '' WHERE id = ?");
  for (let after = -1; ; ) {
    const page = documents.all(after, PAGE) as DocumentRow[];
    for (const { id, first_passage, passages } of page) {
      const text = textOf.get(id) as string | undefined;
      if (text === undefined) continue;
      for (const [start, block] of blocksOf(text)) insert.run(id, start, block);
      for (const passage of passagesOf.all(first_passage, first_passage + passages - 1) as PassageRow[]) {
        if (passageTextToStore(text, passage) === '') empty.run(passage.id);
      }
    }
    if (page.length < PAGE) break;
    after = page.at(-1)!.id;
  }
  db.exec('DROP TABLE document_text_6');
  new WordLists(db).remake();
  const now = new Checksums(db);
  for (const id of sealed) now.writeDocument(id);
  for (const path of sealedSkips) now.writeSkipped(path);
}

function idsOf(db: Database): number[] {
  return db.prepare('SELECT id FROM document').pluck().all() as number[];
}
