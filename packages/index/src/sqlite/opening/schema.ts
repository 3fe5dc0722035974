import { GlotError } from '@glot/errors';
import type { RowTable } from '@glot/kernels';
import type { Database } from 'better-sqlite3';
import type { StorageProfile } from '../../storage-profile.js';
import type { EncoderIdentity } from '../../types.js';
import { WORD_COLUMNS } from '../../words/passage-words.js';
import { Checksums } from '../file/checksums.js';
import { bytesOf } from '../file/file-size.js';
import { beginRecord } from '../file/sittings.js';
import { corruptMessage } from '../file/storage-error.js';
import { formatOf } from '../file/stored-parts.js';
import { bringWordsUp } from '../lexical/words-upgrade.js';
import { writeRowTable } from '../vectors/row-table-store.js';

/** `glot` in ASCII, in SQLite's header: tells our files from other databases. */
export const APPLICATION_ID = 0x676c6f74;

/** SQLite's user_version. Raised with every change of the tables below; older files are brought up when written to. */
export const FORMAT_VERSION = 8;

// FTS5 must take the words as they come. Its `ascii` tokenizer keeps every non-ASCII character and folds none; with all
// ASCII punctuation as token characters only the spaces between words separate.
const ASCII_PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const TOKENIZER = `ascii tokenchars ${quoted(ASCII_PUNCTUATION)}`;

// The passages of a document have consecutive ids, since one transaction inserts them.
// `removal` tells readers which passages of their memory are gone; ids are never reused, so new ones are those above.
const TABLES = `
  CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    format TEXT NOT NULL,
    title TEXT,
    lang TEXT,
    meta TEXT NOT NULL,
    first_passage INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    tokens INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE document_text (document_id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE passage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL,
    start_offset INTEGER NOT NULL,
    end_offset INTEGER NOT NULL,
    page INTEGER,
    first_line INTEGER,
    last_line INTEGER,
    lang TEXT,
    headings TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE passage_vectors (
    passage_id INTEGER PRIMARY KEY,
    row_count INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    scales BLOB NOT NULL,
    codes BLOB NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE passage_words USING fts5(heading, body, tokenize = ${quoted(TOKENIZER)});
  CREATE TABLE removal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    first_passage INTEGER NOT NULL,
    last_passage INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE skipped (
    path TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ms REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

// Since format 2. A generation is a version of the partitions (cells), with the lists of the passages that have rows in them; it is found by
// readers once it is active. Its arrays are cut into blocks. `passage_cells` holds what came after the lists were made.
// The arrays of generation 0 are the codebook of compact vectors.
const TABLES_2 = `
  ALTER TABLE passage_vectors ADD COLUMN codec INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE generation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    active INTEGER NOT NULL,
    cells INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    trained_passages INTEGER NOT NULL,
    through_passage INTEGER NOT NULL,
    removal_seq INTEGER NOT NULL,
    probe_cells INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    tuning TEXT NOT NULL
  ) STRICT;
  CREATE TABLE generation_block (
    id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    kind TEXT NOT NULL,
    block INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (generation, kind, block)
  ) STRICT;
  CREATE TABLE passage_cells (
    generation INTEGER NOT NULL,
    passage_id INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    cells BLOB NOT NULL,
    PRIMARY KEY (generation, passage_id)
  ) STRICT, WITHOUT ROWID;
`;

// Since format 3: where the parts of a document that readers name begin in its text.
const TABLES_3 = `
  CREATE TABLE place (
    document_id INTEGER NOT NULL,
    start_offset INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (document_id, start_offset, seq)
  ) STRICT, WITHOUT ROWID;
`;

// Since format 4: see `checksums.ts` and `sittings.ts`.
const TABLES_4 = `
  CREATE TABLE checksum (
    part TEXT NOT NULL,
    id INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (part, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sitting (id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL, changes INTEGER NOT NULL) STRICT;
`;

// Since format 5. When the file's inode last changed (ctime); 0 where it is not known. A path may stand in `document` and
// in `skipped`: what was read earlier, and why it could not be read since.
const TABLES_5 = `
  ALTER TABLE document ADD COLUMN changed_ms REAL NOT NULL DEFAULT 0;
  ALTER TABLE skipped ADD COLUMN changed_ms REAL NOT NULL DEFAULT 0;
`;

// Since format 6: how a document was read, a row a part. See `reading-store.ts`.
const TABLES_6 = `
  CREATE TABLE reading (
    document_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (document_id, part)
  ) STRICT, WITHOUT ROWID;
`;

// Since format 7: texts in blocks (`document-texts.ts`), words by their forms (`word-lists.ts`). The text of a passage is
// empty where it is the stretch of its document's between its offsets.
const TABLES_7 = `
  ALTER TABLE document_text RENAME TO document_text_6;
  CREATE TABLE document_text (
    document_id INTEGER NOT NULL,
    start_offset INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (document_id, start_offset)
  ) STRICT;
  DROP TABLE passage_words;
  CREATE VIRTUAL TABLE passage_words USING fts5(
    ${WORD_COLUMNS.join(', ')}, content = '', tokenize = ${quoted(TOKENIZER)});
  CREATE TABLE document_words (document_id INTEGER PRIMARY KEY, words BLOB NOT NULL) STRICT;
  CREATE INDEX document_lang ON document (lang);
`;

// Since format 8: rows of new files are stored by a table in `generation_block`, see `row-table-store.ts`. Files that are
// brought up keep their rows, and have none.

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * One transaction: a crash leaves an empty file or a whole index.
 * @param table null: rows are stored in int8
 */
export function createTables(
  db: Database,
  { rowStatistics: _, ...encoder }: EncoderIdentity,
  profile: StorageProfile,
  table: RowTable | null,
): void {
  db.transaction(() => {
    db.exec(TABLES + TABLES_2 + TABLES_3 + TABLES_4 + TABLES_5 + TABLES_6 + TABLES_7);
    db.exec('DROP TABLE document_text_6');
    db.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run('encoder', JSON.stringify(encoder));
    db.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run('profile', profile);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${FORMAT_VERSION}`);
    if (table) writeRowTable(db, table);
    beginRecord(db);
    new Checksums(db).markComplete();
  }).immediate();
}

export function readProfile(db: Database): StorageProfile {
  const value = db.prepare("SELECT value FROM setting WHERE name = 'profile'").pluck().get();
  return value === 'compact' ? 'compact' : 'standard';
}

/** Brings an older file to this format, in one transaction. */
export function upgrade(db: Database): void {
  db.transaction(() => {
    const format = formatOf(db);
    if (format >= FORMAT_VERSION) return;
    if (format < 2) db.exec(TABLES_2);
    if (format < 3) db.exec(TABLES_3);
    // Damage must not be sealed as whole.
    const isSealed = format < 4 || new Checksums(db).settingsAreWhole();
    if (format < 4) db.exec(TABLES_4);
    if (format < 5) db.exec(TABLES_5);
    if (format < 6) db.exec(TABLES_6);
    if (format < 7) bringWordsUp(db, TABLES_7);
    db.pragma(`user_version = ${FORMAT_VERSION}`);
    if (format < 4) beginRecord(db);
    if (isSealed) new Checksums(db).writeSettings();
  }).immediate();
}

/**
 * What the file is: `empty` (to be made) or `ours`.
 * @throws GlotError `index.corrupt` for another program's database, `index.version` for a newer glot's
 */
export function recognize(db: Database, file: string): 'empty' | 'ours' {
  const application = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  if (application === APPLICATION_ID) {
    if (version > FORMAT_VERSION) {
      throw new GlotError(
        'index.version',
        `the index ${file} has format version ${version}, this glot reads up to ${FORMAT_VERSION}`,
        { details: { file, version, supported: FORMAT_VERSION } },
      );
    }
    requireWhole(db, file);
    return 'ours';
  }
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (application === 0 && version === 0 && tables === 0) return 'empty';
  throw new GlotError('index.corrupt', corruptMessage(file, 'a database of another program'), { details: { file } });
}

// SQLite counts a cut page as a page. While there is a log, the file may rightly lack pages.
function requireWhole(db: Database, file: string): void {
  const bytes =
    (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number);
  if (bytesOf(`${file}-wal`) > 0 || bytesOf(file) >= bytes) return;
  throw new GlotError('index.corrupt', corruptMessage(file, 'its end is missing'), { details: { file } });
}

/** @throws GlotError `index.corrupt` */
export function readEncoder(db: Database, file: string): EncoderIdentity {
  const value = db.prepare('SELECT value FROM setting WHERE name = ?').pluck().get('encoder');
  try {
    const { name, fingerprint, dim, poolFactor, precision } = JSON.parse(String(value)) as Partial<EncoderIdentity>;
    const pooled = poolFactor === undefined || (Number.isInteger(poolFactor) && poolFactor >= 1);
    if (typeof name === 'string' && typeof fingerprint === 'string' && Number.isInteger(dim) && dim! > 0 && pooled) {
      return {
        name,
        fingerprint,
        dim: dim!,
        ...(poolFactor !== undefined && { poolFactor }),
        ...(typeof precision === 'string' && { precision }),
      };
    }
  } catch {
    // Told below: what stands there is no encoder.
  }
  throw new GlotError('index.corrupt', corruptMessage(file, 'its encoder is not stated'), { details: { file } });
}
