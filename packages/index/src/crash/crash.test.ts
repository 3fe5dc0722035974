import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENCODER, encode, randomNumbers } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import type { MultivectorIndex } from '../types.js';
import { spawnSource } from './source-child.js';

/** The whole suite must stay quick; GLOT_KILLS=200 asks for more. */
const KILLS = Number(process.env.GLOT_KILLS ?? 12);

/** What stands at a path: the texts of a document's passages, the detail of a skip, or nothing. */
type State = { readonly texts: readonly string[] | null; readonly skipped?: string };
type Change = { readonly path: string } & State;
/** Made together: all of them or none. */
type Line = { readonly begin: true; readonly changes: readonly Change[] };

const NOTHING: State = { texts: null };

describe('a writer killed at any moment', () => {
  let folder: string;
  const versions = new Set<number>();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'glot-kill-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it(`leaves every acknowledged change whole and nothing else, ${KILLS} times over`, async () => {
    const file = join(folder, 'index.db');
    const next = randomNumbers(20);
    const state = new Map<string, State>();
    let changes = 0;
    let groups = 0;
    versions.clear();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const output = await killedWriter(file, kill, Math.floor(Math.abs(next()) * 16), Math.abs(next()) * 40);
      // The last line may be cut; a change without its second line is in doubt.
      let doubtful: Line | null = null;
      for (const line of output.split('\n').slice(0, -1)) {
        const message = JSON.parse(line) as Line | { begin: false };
        if (message.begin) doubtful = message;
        else if (doubtful) {
          for (const change of doubtful.changes) state.set(change.path, change);
          if (doubtful.changes.length > 1) groups += 1;
          doubtful = null;
          changes += 1;
        }
      }
      await check(file, state, doubtful);
    }
    expect(changes).toBeGreaterThan(KILLS);
    expect(groups).toBeGreaterThan(0);
    // Kills fell into the making of versions: several came to be.
    expect(versions.size).toBeGreaterThan(2);
  }, 900_000);

  // By its progress first: how much a loaded machine does within some time is anyone's guess.
  async function killedWriter(file: string, seed: number, afterLines: number, afterMs: number): Promise<string> {
    const child = spawnSource('writer.ts', [file, String(seed), 'compact'], folder);
    let output = '';
    const closed = once(child, 'close');
    const reached = new Promise<void>((resolve) => {
      child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
        if (output.split('\n').length > afterLines + 1) resolve();
      });
    });
    await Promise.race([reached, closed]);
    await setTimeout(afterMs);
    child.kill('SIGKILL');
    const [, signal] = await closed;
    expect(signal).toBe('SIGKILL');
    return output;
  }

  async function check(file: string, state: Map<string, State>, doubtful: Line | null): Promise<void> {
    // The lock went with the process: the next writer need not wait.
    const index = await openIndex({ file, mode: 'write', encoder: ENCODER, exhaustivePassages: 0, threads: 1 });
    try {
      expect(await index.check()).toEqual([]);
      versions.add((await index.stats()).partitions?.version ?? 0);
      if (doubtful) {
        const now = await Promise.all(doubtful.changes.map(({ path }) => stateOf(index, path)));
        const before = doubtful.changes.map(({ path }) => plain(state.get(path)));
        expect([before, doubtful.changes.map(plain)]).toContainEqual(now);
        doubtful.changes.forEach(({ path }, at) => {
          state.set(path, now[at]!);
        });
      }
      for (const [path, expected] of state) expect(await stateOf(index, path)).toEqual(plain(expected));
      const present = [...state].filter(([, { texts, skipped }]) => texts ?? skipped).map(([path]) => path);
      expect((await index.ledger.files()).map(({ path }) => path)).toEqual(present.sort());
      const texts = [...state.values()].flatMap((one) => one.texts ?? []).sort();
      const vectors = encode('الجملة');
      for (const request of [
        { mode: 'semantic', vectors },
        { mode: 'lexical', text: 'الجملة' },
      ] as const) {
        const hits = await index.search({ ...request, limit: 1000 });
        expect(hits.map(({ text }) => text).sort()).toEqual(texts);
      }
    } finally {
      await index.close();
    }
    const db = new Database(file, { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    for (const table of ['passage_vectors', 'passage_words']) expect(count(table)).toBe(count('passage'));
    expect(count('(SELECT DISTINCT document_id FROM document_text)')).toBe(count('document'));
    expect(count('document_words')).toBe(count('document'));
    db.close();
  }
});

async function stateOf(index: MultivectorIndex, path: string): Promise<State> {
  const texts = (await index.get(path))?.passages.map(({ text }) => text) ?? null;
  const skipped = (await index.ledger.skippedFiles()).find((file) => file.path === path)?.detail;
  return { texts, ...(skipped !== undefined && { skipped }) };
}

function plain({ texts, skipped }: State = NOTHING): State {
  return { texts, ...(skipped !== undefined && { skipped }) };
}
