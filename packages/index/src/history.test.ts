import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORPUS, document, ENCODER, encode, randomNumbers, skipInPlace } from './fixtures.js';
import { type OpenIndexOptions, openIndex } from './open-index.js';
import type { Hit, MultivectorIndex, SearchMode } from './types.js';

/** Documents by path: what an index holds, whatever was in it before. */
type Documents = Map<string, readonly string[]>;

const SENTENCES = Object.values(CORPUS).flat();
const PATHS = Array.from({ length: 24 }, (_, at) => `${['notes', 'Ä', '文書', '𠮷'][at % 4]}/${at}.md`);
const QUERIES = ['発酵 dough', 'subway at midnight', 'العجين في الفرن', '🍞', 'ขนมปัง', 'dough bread', ''];
const MODES = ['semantic', 'lexical', 'hybrid'] as const;
const HISTORIES = 8;

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-履歴 '));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open = (options: Partial<OpenIndexOptions> = {}) => {
  count += 1;
  return openIndex({ file: join(folder, `${count}.db`), mode: 'write', encoder: ENCODER, threads: 1, ...options });
};

/** A number below `limit`. */
type Draw = (limit: number) => number;

function drawing(seed: number): Draw {
  const next = randomNumbers(seed);
  for (let i = 0; i < 5; i += 1) next();
  return (limit) => Math.min(limit - 1, Math.floor(((next() + 1) / 2) * limit));
}

// Sentences come again and again: ties are everywhere.
const someTexts = (draw: Draw) =>
  Array.from({ length: draw(9) }, () =>
    Array.from({ length: 1 + draw(2) }, () => SENTENCES[draw(SENTENCES.length)]!).join(' '),
  );

const put = (index: MultivectorIndex, path: string, texts: readonly string[]) =>
  index.upsert(document(path, texts, { title: path.slice(0, 5) }), encode(...texts));

async function change(index: MultivectorIndex, documents: Documents, draw: Draw): Promise<void> {
  const path = PATHS[draw(PATHS.length)]!;
  const stored = documents.get(path);
  switch (draw(6)) {
    case 0:
      await index.delete(path);
      documents.delete(path);
      break;
    case 1:
      await index.write(
        skipInPlace({ path, reason: 'broken', detail: '', contentHash: '', sizeBytes: 1, modifiedMs: 1 }),
      );
      documents.delete(path);
      break;
    case 2:
      // Indexed again as it is, as `--force` does.
      if (stored) await put(index, path, stored);
      break;
    default: {
      const texts = someTexts(draw);
      await put(index, path, texts);
      documents.set(path, texts);
    }
  }
}

/** What does not name ids: they tell of the history. */
const content = ({ passageId, documentId, ...rest }: Hit) => rest;

async function answers(index: MultivectorIndex, limit: number, modes: readonly SearchMode[] = MODES) {
  const found: object[] = [];
  for (const mode of modes) {
    for (const text of QUERIES) {
      const hits = await index.search({ mode, text, vectors: encode(text), limit });
      found.push({ mode, text, hits: hits.map(content) });
    }
  }
  return found;
}

async function fresh(documents: Documents, options: Partial<OpenIndexOptions> = {}, draw: Draw = drawing(1)) {
  const index = await open(options);
  const left = [...documents];
  while (left.length > 0) {
    const [[path, texts]] = left.splice(draw(left.length), 1) as [[string, readonly string[]]];
    await put(index, path, texts);
  }
  return index;
}

describe('an index that was changed', () => {
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    it(`answers exactly as a fresh one of the same documents, history ${seed}`, async () => {
      const draw = drawing(seed);
      const documents: Documents = new Map();
      const index = await open();
      for (let at = 30 + draw(120); at > 0; at -= 1) {
        await change(index, documents, draw);
        if (draw(40) === 0) await index.optimize();
        // Reads what is in memory up to date, at any moment.
        if (draw(20) === 0) await answers(index, 3, ['hybrid']);
      }
      const other = await fresh(documents, {}, draw);
      const limit = 1 + draw(60);
      expect(await answers(index, limit)).toEqual(await answers(other, limit));
      await Promise.all([index.close(), other.close()]);
    });
  }
});

describe('an index that is searched by partitions', () => {
  let index: MultivectorIndex;
  let exhaustive: MultivectorIndex;
  beforeAll(async () => {
    const draw = drawing(99);
    const documents: Documents = new Map();
    index = await open({ exhaustivePassages: 100 });
    for (let at = 0; at < 400; at += 1) {
      const path = `${draw(4)}/${at}`;
      const texts = Array.from({ length: 3 }, () => `${someTexts(draw).slice(0, 2).join(' ')} ${at * 37} 文`);
      await put(index, path, texts);
      documents.set(path, texts);
      if (at === 250) await index.optimize();
    }
    for (let at = 0; at < 150; at += 1) {
      const path = [...documents.keys()][draw(documents.size)]!;
      await index.delete(path);
      documents.delete(path);
    }
    exhaustive = await fresh(documents);
    expect((await index.stats()).partitions).not.toBeNull();
    expect((await exhaustive.stats()).partitions).toBeNull();
  });
  afterAll(() => Promise.all([index?.close(), exhaustive?.close()]));

  const hitsOf = (of: MultivectorIndex, mode: SearchMode, text: string, limit: number) =>
    of.search({ mode, text, vectors: encode(text), limit });

  it('finds nearly all of what exhaustive search finds', async () => {
    let found = 0;
    let wanted = 0;
    for (const text of QUERIES) {
      for (const mode of MODES) {
        const places = (hits: Hit[]) => hits.map(({ path, start }) => `${path} ${start}`);
        const truth = places(await hitsOf(exhaustive, mode, text, 10));
        const own = new Set(places(await hitsOf(index, mode, text, 10)));
        wanted += truth.length;
        found += truth.filter((place) => own.has(place)).length;
      }
    }
    expect(wanted).toBeGreaterThan(50);
    expect(found / wanted).toBeGreaterThan(0.95);
  });

  it('gives the same first hits however many are asked for', async () => {
    for (const of of [index, exhaustive]) {
      for (const mode of MODES) {
        for (const text of QUERIES.slice(0, 3)) {
          const all = await hitsOf(of, mode, text, 1000);
          for (const limit of [1, 5, 50, 200, 201, 500]) {
            expect(await hitsOf(of, mode, text, limit)).toEqual(all.slice(0, limit));
          }
        }
      }
    }
  });

  it('gives the same hits with any number of threads', async () => {
    const files = [...Array(2).keys()].map((at) => join(folder, `${count - 1 + at}.db`));
    for (const [at, of] of [index, exhaustive].entries()) {
      for (const threads of [2, 3]) {
        const other = await openIndex({ file: files[at]!, mode: 'read', threads, exhaustivePassages: at ? 4000 : 100 });
        expect((await other.stats()).partitions === null).toBe((await of.stats()).partitions === null);
        expect(await answers(other, 20)).toEqual(await answers(of, 20));
        await other.close();
      }
    }
  });
});
