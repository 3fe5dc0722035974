import type { Database } from 'better-sqlite3';
import { storesTextBlocks } from '../file/stored-parts.js';

/** UTF-16 units of a block, so that a passage of a long document is read without the rest. */
const BLOCK = 32_768;

/** Texts of documents in blocks, each at the offset where it begins (UTF-16 units). Before format 7: in one piece. */
export class DocumentTexts {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #inBlocks: boolean;

  constructor(db: Database) {
    this.#inBlocks = storesTextBlocks(db);
    this.#statements = prepare(db, this.#inBlocks);
  }

  /** Within a transaction of the caller. */
  insert(documentId: number, text: string): void {
    for (const [start, block] of blocksOf(text)) this.#statements.insert.run(documentId, start, block);
  }

  /** Within a transaction of the caller. */
  delete(documentId: number): void {
    this.#statements.delete.run(documentId);
  }

  /** Of documents that are not there. Within a transaction of the caller. */
  deleteStrays(): void {
    this.#statements.deleteStrays.run();
  }

  /** Empty where there is none. */
  whole(documentId: number): string {
    return (this.#statements.whole.all(documentId) as string[]).join('');
  }

  /** The text of a passage, which is stored only where it is no stretch of the document's. */
  ofPassage({ document_id, start_offset, end_offset, text }: StoredPassageText): string {
    return text !== '' || !this.#inBlocks ? text : this.#slice(document_id, start_offset, end_offset);
  }

  #slice(documentId: number, start: number, end: number): string {
    const blocks = this.#statements.blocks.all(documentId, start - BLOCK, end) as [number, string][];
    const first = blocks[0]?.[0] ?? 0;
    return blocks
      .map(([, text]) => text)
      .join('')
      .slice(start - first, end - first);
  }
}

export interface StoredPassageText {
  readonly document_id: number;
  readonly start_offset: number;
  readonly end_offset: number;
  /** Empty where it is the stretch of the document's text between the offsets. */
  readonly text: string;
}

/** What is stored as the text of a passage. */
export function passageTextToStore(document: string, passage: { start: number; end: number; text: string }): string {
  return document.slice(passage.start, passage.end) === passage.text ? '' : passage.text;
}

/** A text always has a block, so that a document without text can be told from one whose text is lost. */
export function* blocksOf(text: string): Generator<[start: number, block: string]> {
  let start = 0;
  do {
    let end = Math.min(start + BLOCK, text.length);
    // A pair of surrogates that falls apart is lost in UTF-8.
    if (end < text.length && /[\uD800-\uDBFF]/.test(text[end - 1]!)) end -= 1;
    yield [start, text.slice(start, end)];
    start = end;
  } while (start < text.length);
}

function prepare(db: Database, inBlocks: boolean) {
  const order = inBlocks ? 'ORDER BY start_offset' : '';
  return {
    insert: inBlocks
      ? db.prepare('INSERT INTO document_text (document_id, start_offset, text) VALUES (?, ?, ?)')
      : db.prepare('INSERT INTO document_text (document_id, text) SELECT ?1, ?3 WHERE ?2 = 0'),
    deleteStrays: db.prepare('DELETE FROM document_text WHERE document_id NOT IN (SELECT id FROM document)'),
    delete: db.prepare('DELETE FROM document_text WHERE document_id = ?'),
    whole: db.prepare(`SELECT text FROM document_text WHERE document_id = ? ${order}`).pluck(),
    blocks: db
      .prepare(
        inBlocks
          ? `SELECT start_offset, text FROM document_text WHERE document_id = ? AND start_offset > ? AND start_offset < ? ${order}`
          : 'SELECT 0, text FROM document_text WHERE document_id = ?1 AND ?2 IS NOT NULL AND ?3 IS NOT NULL',
      )
      .raw(),
  };
}
