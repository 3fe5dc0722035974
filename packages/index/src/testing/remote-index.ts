import { setImmediate } from 'node:timers/promises';
import type {
  DocumentChange,
  DocumentId,
  FileLedger,
  Hit,
  IndexChange,
  MultivectorIndex,
  PassageId,
  StoredDocument,
} from '../types.js';

/**
 * An index whose engine is elsewhere: every call takes a while, ids are the engine's own strings, and the ledger of files
 * stays here. Made of the contract alone, as a client of a server would be.
 * @param engine that is asked for documents, hits and upkeep
 * @param ledger with `follow`, which is told of what the engine has taken
 */
export function remoteIndex(
  engine: MultivectorIndex,
  ledger: FileLedger & { follow(changes: readonly IndexChange[]): void; readonly skips: number },
): MultivectorIndex {
  const running = new Set<Promise<unknown>>();
  const remote = <T>(action: () => Promise<T>): Promise<T> => {
    const work = setImmediate().then(action);
    const settled: Promise<unknown> = work.catch(() => {}).then(() => running.delete(settled));
    running.add(settled);
    return work;
  };
  const isOfDocuments = (change: IndexChange): change is DocumentChange =>
    change.kind === 'upsert' || change.kind === 'delete' || change.kind === 'move';
  const write = async (changes: readonly IndexChange[]) => {
    // The engine keeps stamps for filters by time.
    await remote(() => engine.write(changes.filter((change) => isOfDocuments(change) || change.kind === 'stamp')));
    ledger.follow(changes);
  };
  const named = (id: DocumentId | PassageId, kind: string) => `${kind}-${id}`;
  const unnamed = (id: PassageId) => Number(String(id).split('-')[1]);
  const document = (one: StoredDocument): StoredDocument => ({
    ...one,
    id: named(one.id, 'document'),
    passages: one.passages.map((passage) => ({ ...passage, id: named(passage.id, 'passage') })),
  });
  const hit = (one: Hit): Hit => ({
    ...one,
    documentId: named(one.documentId, 'document'),
    passageId: named(one.passageId, 'passage'),
  });
  const known = async (path: string) => (await ledger.files()).some((file) => file.path === path);
  return {
    get encoder() {
      return engine.encoder;
    },
    requireEncoder: (encoder) => engine.requireEncoder(encoder),
    ledger: {
      files: () => remote(() => engine.stats()).then(() => ledger.files()),
      filesAt: (paths) => ledger.filesAt(paths),
      skippedFiles: () => ledger.skippedFiles(),
      roots: () => ledger.roots(),
      write,
    },
    write,
    async upsert(input, vectors) {
      await write([{ kind: 'upsert', document: input, vectors }]);
      return document((await engine.get(input.path))!).id;
    },
    async delete(path) {
      const there = (await engine.get(path)) !== null || (await known(path));
      await write([{ kind: 'delete', path }]);
      return there;
    },
    async move(from, to) {
      if (from === to || (await engine.get(from)) === null) return false;
      await write([{ kind: 'move', from, to }]);
      return true;
    },
    locate: (passageId) => remote(() => engine.locate(unnamed(passageId))),
    prepare: (vectors) => engine.prepare(vectors),
    get: (path) => remote(async () => (await engine.get(path)) && document((await engine.get(path))!)),
    getMany: (paths) =>
      remote(async () => {
        const found = await engine.getMany(paths);
        return new Map(Array.from(found, ([path, one]) => [path, document(one)]));
      }),
    list: () =>
      remote(async () => (await engine.list()).map((entry) => ({ ...entry, id: named(entry.id, 'document') }))),
    notedDocuments: () => remote(() => engine.notedDocuments()),
    formatReadings: () => remote(() => engine.formatReadings()),
    search: (request) => remote(async () => (await engine.search(request)).map(hit)),
    explain: (passageId, query, asked) => remote(() => engine.explain(unnamed(passageId), query, asked)),
    stats: () => remote(async () => ({ ...(await engine.stats()), skipped: ledger.skips })),
    optimize: (options) => remote(() => engine.optimize(options)),
    check: (signal) => remote(() => engine.check(signal)),
    repair: (signal) => remote(() => engine.repair(signal)),
    async close() {
      await Promise.all(running);
      await engine.close();
    },
  };
}
