import type { Database, Statement } from 'better-sqlite3';
import type { Ranked } from '../fusion.js';
import type { Hit } from '../types.js';
import { type PassageRow, passageOf } from './document-store.js';

interface Row extends PassageRow {
  readonly passageId: number;
  readonly documentId: number;
  readonly path: string;
  readonly title: string | null;
}

/** What the sides said, each best first; null for a side that was not asked. */
export interface SideRanks {
  readonly semantic: readonly Ranked[] | null;
  readonly lexical: readonly Ranked[] | null;
}

/** Turns ranked ids into hits. Passages that were removed since they were ranked are passed over. */
export class HitReader {
  readonly #select: Statement;

  constructor(db: Database) {
    this.#select = db.prepare(`
      SELECT passage.*, passage.id AS passageId, document.id AS documentId, document.path, document.title
      FROM passage JOIN document ON document.id = passage.document_id WHERE passage.id = ?`);
  }

  read(ranking: readonly Ranked[], limit: number, sides: SideRanks): Hit[] {
    const semantic = scoresOf(sides.semantic);
    const lexical = scoresOf(sides.lexical);
    const hits: Hit[] = [];
    for (const { passageId, score } of ranking) {
      if (hits.length === limit) break;
      const row = this.#select.get(passageId) as Row | undefined;
      if (!row) continue;
      hits.push({
        rank: hits.length + 1,
        score,
        passageId,
        documentId: row.documentId,
        path: row.path,
        title: row.title,
        ...passageOf(row),
        sides: { semantic: semantic.get(passageId) ?? null, lexical: lexical.get(passageId) ?? null },
      });
    }
    return hits;
  }
}

function scoresOf(side: readonly Ranked[] | null): Map<number, number> {
  return new Map(side?.map(({ passageId, score }) => [passageId, score]));
}
