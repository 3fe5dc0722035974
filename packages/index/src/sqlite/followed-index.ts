import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isGlotError } from '@glot/errors';
import type { TokenVectors } from '@glot/kernels';
import type {
  DocumentEntry,
  DocumentId,
  DocumentNotes,
  EncoderIdentity,
  FileLedger,
  FormatReading,
  Hit,
  IndexChange,
  IndexProblem,
  IndexStats,
  MultivectorIndex,
  OptimizeOptions,
  OptimizeReport,
  PassageId,
  PassagePlace,
  PreparedVectors,
  RepairReport,
  RowMatch,
  SearchRequest,
  StoredDocument,
} from '../types.js';
import { type IndexState, Sittings } from './file/sittings.js';
import { storageError } from './file/storage-error.js';
import { type IndexFile, openForReading, recoverJournal } from './opening/index-file.js';
import type { SqliteIndex } from './sqlite-index.js';

/** A copy onto an open index comes in pieces: so often, and so long apart, a search begins anew before it gives up. */
const TRIES = 30;
const PAUSE_MS = 100;

/** What was last seen of the file. */
interface Seen {
  readonly device: bigint;
  readonly inode: bigint;
  readonly modifiedNs: bigint;
  readonly size: bigint;
  /** SQLite's own mark of changes by others. */
  readonly version: number;
  readonly state: IndexState | null;
}

interface Opened {
  readonly file: IndexFile;
  readonly index: SqliteIndex;
}

/**
 * An index that is only read, by the name of its file: where another file is put in its place (a rename, a copy onto it,
 * a backup restored), it is opened anew, and no answer is of both.
 */
export class FollowedIndex implements MultivectorIndex {
  readonly #open: () => Opened;
  #now: Opened;
  #sittings: Sittings;
  #seen: Seen;
  #required: EncoderIdentity | null = null;
  #closing: Promise<void> | null = null;
  /** Those before, whose searches may still run. */
  readonly #left: Promise<void>[] = [];

  constructor(open: () => Opened) {
    this.#open = open;
    this.#now = open();
    this.#sittings = this.#reading(() => Sittings.of(this.#now.file.db));
    this.#seen = this.#look();
  }

  get encoder(): EncoderIdentity {
    return this.#now.index.encoder;
  }

  requireEncoder(encoder: EncoderIdentity): void {
    this.#current().requireEncoder(encoder);
    this.#required = encoder;
  }

  async search(request: SearchRequest): Promise<Hit[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        const hits = await this.#current().search(request);
        if (this.#closing || !this.#follow()) return hits;
      } catch (error) {
        if (tries >= TRIES || !this.#mayBeHalfCopied(error)) throw error;
        await setTimeout(PAUSE_MS);
      }
    }
  }

  readonly ledger: FileLedger = {
    files: async () => this.#current().ledger.files(),
    filesAt: async (paths) => this.#current().ledger.filesAt(paths),
    skippedFiles: async () => this.#current().ledger.skippedFiles(),
    roots: async () => this.#current().ledger.roots(),
    write: async (changes) => this.#current().ledger.write(changes),
  };

  async upsert(...change: Parameters<MultivectorIndex['upsert']>): Promise<DocumentId> {
    return this.#current().upsert(...change);
  }

  async prepare(vectors: TokenVectors): Promise<PreparedVectors[]> {
    return this.#current().prepare(vectors);
  }

  async write(changes: readonly IndexChange[]): Promise<void> {
    return this.#current().write(changes);
  }

  async move(from: string, to: string): Promise<boolean> {
    return this.#current().move(from, to);
  }

  async delete(path: string): Promise<boolean> {
    return this.#current().delete(path);
  }

  async get(path: string): Promise<StoredDocument | null> {
    return this.#current().get(path);
  }

  async getMany(paths: Iterable<string>): Promise<Map<string, StoredDocument>> {
    return this.#current().getMany(paths);
  }

  async locate(passageId: PassageId): Promise<PassagePlace | null> {
    return this.#current().locate(passageId);
  }

  async list(): Promise<DocumentEntry[]> {
    return this.#current().list();
  }

  async notedDocuments(): Promise<DocumentNotes[]> {
    return this.#current().notedDocuments();
  }

  async formatReadings(): Promise<FormatReading[]> {
    return this.#current().formatReadings();
  }

  async stats(): Promise<IndexStats> {
    return this.#current().stats();
  }

  async explain(passageId: PassageId, query: TokenVectors): Promise<RowMatch[] | null> {
    return this.#current().explain(passageId, query);
  }

  async optimize(options?: OptimizeOptions): Promise<OptimizeReport> {
    return this.#current().optimize(options);
  }

  async check(signal?: AbortSignal): Promise<IndexProblem[]> {
    return this.#current().check(signal);
  }

  async repair(signal?: AbortSignal): Promise<RepairReport> {
    return this.#current().repair(signal);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([this.#now.index.close(), ...this.#left]).then(() => {});
    return this.#closing;
  }

  #current(): SqliteIndex {
    if (!this.#closing) this.#follow();
    return this.#now.index;
  }

  /** @returns whether another file stands there since the last look; it is open then */
  #follow(): boolean {
    const before = this.#seen;
    const now = this.#look();
    if (!this.#isAnother(before, now)) {
      this.#seen = now;
      return false;
    }
    const opened = this.#open();
    try {
      if (this.#required) opened.index.requireEncoder(this.#required);
    } catch (error) {
      void opened.index.close();
      throw error;
    }
    const left = this.#now.index.close().catch(() => {});
    this.#left.push(left);
    void left.then(() => this.#left.splice(this.#left.indexOf(left), 1));
    this.#now = opened;
    this.#sittings = this.#reading(() => Sittings.of(opened.file.db));
    this.#seen = this.#look();
    return true;
  }

  #isAnother(before: Seen, now: Seen): boolean {
    if (now.inode !== before.inode || now.device !== before.device) return true;
    if (now.version !== before.version) return !this.#reading(() => this.#sittings.cameOf(before.state));
    if (now.modifiedNs === before.modifiedNs && now.size === before.size) return false;
    // A checkpoint of what was seen in the log, or a copy that SQLite takes for what it has in memory: a connection of
    // its own reads what is there.
    const fresh = openForReading(this.#now.file.path);
    try {
      const sittings = Sittings.of(fresh.db);
      const state = sittings.state();
      return !(sittings.cameOf(before.state) && this.#sittings.cameOf(state));
    } finally {
      fresh.close();
    }
  }

  #look(): Seen {
    const { path } = this.#now.file;
    return this.#reading(() => {
      const version = this.#now.file.db.pragma('data_version', { simple: true }) as number;
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
      const before: Seen | undefined = this.#seen;
      // Where there is no file, the one that was removed is read on until another comes.
      const place = stats
        ? { device: stats.dev, inode: stats.ino, modifiedNs: stats.mtimeNs, size: stats.size }
        : before;
      const state = before && before.version === version ? before.state : this.#sittings.state();
      return { ...(place ?? { device: 0n, inode: 0n, modifiedNs: 0n, size: 0n }), version, state };
    });
  }

  // A writer that was killed while it changed the kind of journal leaves what only a writer can take back.
  #reading<T>(action: () => T): T {
    const { path } = this.#now.file;
    try {
      return action();
    } catch (error) {
      if (!recoverJournal(error, path)) throw storageError(error, path);
    }
    try {
      return action();
    } catch (error) {
      throw storageError(error, path);
    }
  }

  #mayBeHalfCopied(error: unknown): boolean {
    if (this.#closing) return false;
    if (!HALF_COPIED.some((code) => isGlotError(error, code))) return false;
    const stats = statSync(this.#now.file.path, { bigint: true, throwIfNoEntry: false });
    const { inode, modifiedNs, size } = this.#seen;
    return !stats || stats.ino !== inode || stats.mtimeNs !== modifiedNs || stats.size !== size;
  }
}

const HALF_COPIED = ['index.corrupt', 'index.not-found', 'index.storage', 'index.cannot-open'] as const;
