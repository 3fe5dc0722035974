import type { StoredFile } from '@glot/index';
import type { DocumentReader, FileEntry, IngestedDocument, IngestOutcome } from '@glot/ingest';
import { describe, expect, it } from 'vitest';
import { readOutcomes } from './sync-reading.js';

const entry = (path: string, sizeBytes = 1): FileEntry => ({
  path,
  absolutePath: `/${path}`,
  sizeBytes,
  modifiedMs: 1,
  changedMs: 1,
});
const read = (path: string): IngestOutcome => ({ status: 'read', document: { path } as IngestedDocument });
const skipped = (path: string, reason: 'timeout' | 'malformed'): IngestOutcome => ({
  status: 'skipped',
  skipped: { path, reason, detail: '' },
});

/** Reads slowly; what is at work at the same time is written down. */
class SlowReader implements DocumentReader {
  readonly atWork: string[][] = [];
  readonly #outcome: (path: string, time: number) => IngestOutcome;
  readonly #times = new Map<string, number>();
  readonly #now = new Set<string>();

  constructor(outcome: (path: string, time: number) => IngestOutcome) {
    this.#outcome = outcome;
  }

  async read({ path }: FileEntry): Promise<IngestOutcome> {
    this.#now.add(path);
    this.atWork.push([...this.#now]);
    await new Promise((resolve) => setImmediate(resolve));
    this.#now.delete(path);
    const time = (this.#times.get(path) ?? 0) + 1;
    this.#times.set(path, time);
    return this.#outcome(path, time);
  }

  async readChanged(file: FileEntry, known: string | ((contentHash: string) => boolean)) {
    if (typeof known === 'function' && known(`hash of ${file.path.split('/').at(-1)}`)) {
      return { status: 'unchanged' } as const;
    }
    return this.read(file);
  }

  async dispose(): Promise<void> {}
}

async function outcomesOf(reader: DocumentReader, files: readonly FileEntry[], vanished: readonly StoredFile[] = []) {
  const finished: unknown[] = [];
  const outcomes = readOutcomes(
    files.map((file) => [file.path, file]),
    {
      reader,
      stored: new Map(),
      vanished,
      earlierSkips: new Map(),
      force: false,
      signal: undefined,
      recorded: () => [],
      onFinished: ({ path }, outcome) => finished.push([path, outcome]),
    },
  );
  const documents: string[] = [];
  for await (const outcome of outcomes) {
    if (outcome.kind === 'document') documents.push(outcome.key);
    else outcome.done();
  }
  return { documents, finished };
}

describe('files that are read', () => {
  it('come in order, and those whose reading took too long once more, alone, behind all others', async () => {
    const reader = new SlowReader((path, time) =>
      path === 'langsam.pdf' && time === 1
        ? skipped(path, 'timeout')
        : path.startsWith('kaputt')
          ? skipped(path, path === 'kaputt.pdf' ? 'malformed' : 'timeout')
          : read(path),
    );
    const names = ['langsam.pdf', 'أ.md', 'kaputt.pdf', 'kaputt und langsam.pdf', '二.md', 'ซ.md'];
    const { documents, finished } = await outcomesOf(
      reader,
      names.map((name) => entry(name)),
    );
    expect(documents).toEqual(['أ.md', '二.md', 'ซ.md', 'langsam.pdf']);
    expect(finished).toEqual([
      ['kaputt.pdf', 'skipped'],
      ['kaputt und langsam.pdf', 'skipped'],
    ]);
    expect(Math.max(...reader.atWork.map(({ length }) => length))).toBeGreaterThan(1);
    expect(reader.atWork.slice(-2)).toEqual([['langsam.pdf'], ['kaputt und langsam.pdf']]);
  });

  it('are read ahead by fewer where they are large', async () => {
    const reader = new SlowReader(read);
    const files = Array.from({ length: 6 }, (_, at) => entry(`${at}`, 40 * 2 ** 20));
    expect((await outcomesOf(reader, files)).documents).toHaveLength(6);
    expect(reader.atWork.every(({ length }) => length === 1)).toBe(true);
  });

  it('are not read where they are what vanished elsewhere, each document moving once', async () => {
    const reader = new SlowReader(read);
    const vanished = ['alt/a.md', 'alt/b.md'].map((path): StoredFile => {
      const contentHash = `hash of ${path.slice(4)}`;
      return { ...entry(path), contentHash, indexed: true, skipReason: null };
    });
    const files = ['neu/a.md', 'neu/b.md', 'kopie/a.md'].map((name) => entry(name));
    const { documents, finished } = await outcomesOf(reader, files, vanished);
    expect(finished).toEqual([
      ['neu/a.md', 'moved'],
      ['neu/b.md', 'moved'],
    ]);
    expect(documents).toEqual(['kopie/a.md']);
  });
});
