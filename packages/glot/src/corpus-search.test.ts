import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Glot } from './glot.js';
import { openGlot } from './open-glot.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const CORPUS = join(FIXTURES, 'corpus');
const JUDGEMENTS = join(FIXTURES, 'corpus-judgements');

interface Query {
  readonly _id: string;
  readonly text: string;
  readonly cross?: true | undefined;
}

const jsonLines = (name: string) =>
  readFileSync(join(JUDGEMENTS, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const queries: readonly Query[] = jsonLines('queries.jsonl');
const relevant = new Map<string, Set<string>>();
for (const line of readFileSync(join(JUDGEMENTS, 'qrels.tsv'), 'utf8').trim().split('\n').slice(1)) {
  const [query, document] = line.split('\t') as [string, string];
  relevant.set(query, (relevant.get(query) ?? new Set()).add(document));
}

let folder: string;
let glot: Glot;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glot-corpus-'));
  glot = await openGlot({ index: join(folder, 'index.db'), mode: 'write' });
  expect(await glot.sync([CORPUS])).toMatchObject({ files: 76, added: 76, skipped: [] });
});
afterAll(async () => {
  await glot.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Place of the first relevant document among the best ten, from 0; -1 where none is. */
async function place({ _id, text }: Query): Promise<number> {
  const hits = await glot.search(text, { limit: 60 });
  const documents = [...new Set(hits.map(({ path }) => path.slice(CORPUS.length + 1)))];
  return documents.slice(0, 10).findIndex((document) => relevant.get(_id)!.has(document));
}

async function shares(asked: readonly Query[]) {
  const places = await Promise.all(asked.map(place));
  const share = (test: (place: number) => boolean) => places.filter(test).length / places.length;
  return { first: share((place) => place === 0), inTen: share((place) => place >= 0) };
}

// The bounds catch a part that stopped working, not a model that is a little better or worse.
describe('search over the fixture corpus with the embedded model', () => {
  it('finds what stands in the language of the query', async () => {
    const { first, inTen } = await shares(queries.filter(({ cross }) => !cross));
    expect(inTen).toBeGreaterThan(0.95);
    expect(first).toBeGreaterThan(0.85);
  });

  it('finds what stands in another language far more often than chance would (about one in eight)', async () => {
    expect((await shares(queries.filter(({ cross }) => cross))).inTen).toBeGreaterThan(0.3);
  });
});

describe('reading the fixture corpus', () => {
  it('finds each judged quote in the text of its document, under verification', async () => {
    const answers: { doc: string; quote: string }[] = jsonLines('answers.jsonl');
    const sentences = answers.map(({ doc, quote }) => ({
      text: quote,
      citations: [{ path: join(CORPUS, doc), start: 0, end: quote.length, quote }],
    }));
    const { citations } = await glot.verify({ question: '', abstained: false, answer: sentences });
    const missing = citations.filter(
      ({ reason }) => reason !== null && reason !== 'wrong-offsets' && reason !== 'too-short',
    );
    expect(citations.length).toBeGreaterThanOrEqual(79);
    expect(missing.map(({ path, quote, reason }) => [path, quote, reason])).toEqual([]);
  });
});
