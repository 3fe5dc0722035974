import { byPath } from '../by-path.js';
import type { DocumentInput } from '../contract/documents.js';
import type { FileLedger, FileStamp, IndexedRoot, LedgerChange, SkippedInput, StoredFile } from '../contract/ledger.js';
import type { IndexChange } from '../contract/multivector-index.js';

type FileState = Omit<StoredFile, 'indexed' | 'skipReason'>;

/** A ledger in memory, for an index that keeps none itself: `follow` tells it of every change. */
export class MemoryLedger implements FileLedger {
  #documents = new Map<string, FileState>();
  #skipped = new Map<string, SkippedInput>();
  #roots: readonly IndexedRoot[] = [];

  async files(): Promise<StoredFile[]> {
    const documents = [...this.#documents.values()].map((file) => ({
      ...file,
      indexed: true,
      skipReason: this.#skipped.get(file.path)?.reason ?? null,
    }));
    const skipped = [...this.#skipped.values()]
      .filter(({ path }) => !this.#documents.has(path))
      .map((file) => ({ ...stateOf(file), indexed: false, skipReason: file.reason }));
    return [...documents, ...skipped].sort(byPath);
  }

  async filesAt(paths: readonly string[]): Promise<StoredFile[]> {
    const wanted = new Set(paths);
    return (await this.files()).filter(({ path }) => wanted.has(path));
  }

  async roots(): Promise<IndexedRoot[]> {
    return structuredClone(this.#roots) as IndexedRoot[];
  }

  async skippedFiles(): Promise<SkippedInput[]> {
    return [...this.#skipped.values()].map((file) => ({ ...file })).sort(byPath);
  }

  async write(changes: readonly LedgerChange[]): Promise<void> {
    this.follow(changes);
  }

  /** @param changes that the documents have taken */
  follow(changes: readonly IndexChange[]): void {
    for (const change of changes) this.#follow(change);
  }

  has(path: string): boolean {
    return this.#documents.has(path) || this.#skipped.has(path);
  }

  get skips(): number {
    return this.#skipped.size;
  }

  #follow(change: IndexChange): void {
    switch (change.kind) {
      case 'upsert':
        this.#stored(change.document);
        break;
      case 'delete':
        this.#documents.delete(change.path);
        this.#skipped.delete(change.path);
        return;
      case 'move':
        this.#move(change.from, change.to);
        break;
      case 'stamp':
        this.#stamp(change.stamp);
        break;
      case 'skip': {
        const { reason, detail } = change.file;
        this.#skipped.set(change.file.path, { reason, detail, ...stateOf(change.file) });
        return;
      }
      case 'unskip':
        this.#skipped.delete(change.path);
        return;
      case 'roots':
        this.#roots = structuredClone(change.roots);
    }
  }

  #stored(document: DocumentInput): void {
    const { path, shortfall, source } = document;
    if (source === 'text') {
      this.#documents.delete(path);
      this.#skipped.delete(path);
      return;
    }
    this.#documents.set(path, stateOf(document));
    if (shortfall) this.#skipped.set(path, { ...shortfall, ...stateOf(document) });
    else this.#skipped.delete(path);
  }

  #move(from: string, to: string): void {
    const document = this.#documents.get(from);
    if (from === to || !document) return;
    this.#documents.delete(from);
    this.#documents.set(to, { ...document, path: to });
    const skipped = this.#skipped.get(from);
    this.#skipped.delete(from);
    if (skipped) this.#skipped.set(to, { ...skipped, path: to });
    else this.#skipped.delete(to);
  }

  #stamp({ path, sizeBytes, modifiedMs, changedMs }: FileStamp): void {
    const stamp = { sizeBytes, modifiedMs, changedMs };
    const document = this.#documents.get(path);
    if (document) this.#documents.set(path, { ...document, ...stamp });
    const skipped = this.#skipped.get(path);
    if (skipped) this.#skipped.set(path, { ...skipped, ...stamp });
  }
}

function stateOf({ path, contentHash, sizeBytes, modifiedMs, changedMs = 0 }: DocumentInput | SkippedInput): FileState {
  return { path, contentHash, sizeBytes, modifiedMs, changedMs };
}
