import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isGlotError } from '@glot/errors';
import type { EncoderIdentity, FileLedger, Hit, MultivectorIndex, SearchRequest } from '../types.js';
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

  readonly upsert: MultivectorIndex['upsert'] = async (document, vectors) => this.#current().upsert(document, vectors);
  readonly prepare: MultivectorIndex['prepare'] = async (vectors) => this.#current().prepare(vectors);
  readonly write: MultivectorIndex['write'] = async (changes) => this.#current().write(changes);
  readonly move: MultivectorIndex['move'] = async (from, to) => this.#current().move(from, to);
  readonly delete: MultivectorIndex['delete'] = async (path) => this.#current().delete(path);
  readonly get: MultivectorIndex['get'] = async (path) => this.#current().get(path);
  readonly getMany: MultivectorIndex['getMany'] = async (paths) => this.#current().getMany(paths);
  readonly locate: MultivectorIndex['locate'] = async (passageId) => this.#current().locate(passageId);
  readonly list: MultivectorIndex['list'] = async () => this.#current().list();
  readonly notedDocuments: MultivectorIndex['notedDocuments'] = async () => this.#current().notedDocuments();
  readonly formatReadings: MultivectorIndex['formatReadings'] = async () => this.#current().formatReadings();
  readonly stats: MultivectorIndex['stats'] = async () => this.#current().stats();
  readonly explain: MultivectorIndex['explain'] = async (passageId, query, asked) =>
    this.#current().explain(passageId, query, asked);
  readonly optimize: MultivectorIndex['optimize'] = async (options) => this.#current().optimize(options);
  readonly check: MultivectorIndex['check'] = async (signal) => this.#current().check(signal);
  readonly repair: MultivectorIndex['repair'] = async (signal) => this.#current().repair(signal);

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
