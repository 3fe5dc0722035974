import type { Database, Statement } from 'better-sqlite3';
import type { Found } from '../../ranking/fusion.js';
import type { Hit } from '../../types.js';
import { type CorrectedWord, correctedHit } from '../../words/corrections.js';
import { DocumentTexts } from '../texts/document-texts.js';
import { type PassageRow, passageOf } from './document-store.js';
import { PlaceStore } from './place-store.js';

interface Row extends PassageRow {
  readonly passageId: number;
  readonly documentId: number;
  readonly path: string;
  readonly title: string | null;
}

/** Turns ranked ids into hits. Passages that were removed since they were ranked are passed over. */
export class HitReader {
  readonly #select: Statement;
  readonly #places: PlaceStore;
  readonly #texts: DocumentTexts;

  constructor(db: Database) {
    this.#places = new PlaceStore(db);
    this.#texts = new DocumentTexts(db);
    this.#select = db.prepare(`
      SELECT passage.*, passage.id AS passageId, document.id AS documentId, document.path, document.title
      FROM passage JOIN document ON document.id = passage.document_id WHERE passage.id = ?`);
  }

  read(found: readonly Found[], limit: number, corrections: readonly CorrectedWord[]): Hit[] {
    const hits: Hit[] = [];
    for (const { passageId, score, components, parts } of found) {
      if (hits.length === limit) break;
      const row = this.#select.get(passageId) as Row | undefined;
      if (!row) continue;
      const hit = {
        rank: hits.length + 1,
        score,
        passageId,
        documentId: row.documentId,
        path: row.path,
        title: row.title,
        ...passageOf(row, this.#texts),
        places: this.#places.within(row.documentId, row.start_offset, row.end_offset),
        parts,
        components,
      };
      hits.push(correctedHit(hit, corrections));
    }
    return hits;
  }
}
