// A program of somebody who installed glot: index, search, ask, an own encoder, an own generator.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AnswerGenerator, type Encoder, isGlotError, openGlot, type TokenVectors } from '@glot/glot';

const check = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`not so: ${what}`);
};

rmSync('app-docs', { recursive: true, force: true });
rmSync('app.db', { force: true });
rmSync('own.db', { force: true });
mkdirSync('app-docs');
writeFileSync('app-docs/museum.md', '# 川辺の資料館\n\n川辺の資料館は毎朝十時に開館します。\n');
writeFileSync(
  'app-docs/bad.html',
  '<html><body><h1>Freibad</h1><p>Das Freibad öffnet im Mai um neun Uhr.</p></body></html>',
);

export const glot = await openGlot({ index: 'app.db', mode: 'write', threads: 1 });
export const report = await glot.sync(['app-docs']);
check(report.added === 2 && report.skipped.length === 0, 'both documents are indexed');
export const hits = await glot.search('When does the museum open?');
check(hits[0]?.path.endsWith('museum.md') === true, 'the museum is found across languages');
check((await glot.search('Freibad', { mode: 'lexical' })).length === 1, 'words are found');
export const answer = await glot.ask('Wann öffnet das Freibad?');
check(answer.sentences[0]?.citations[0]?.verified === true, 'the answer quotes');

const generator: AnswerGenerator = {
  name: 'own',
  async *generate({ contexts }) {
    const context = contexts[0];
    if (context === undefined) return;
    const quote = context.text.slice(0, 20);
    yield { type: 'sentence', sentence: { text: `See: ${quote}`, score: 1, citations: [{ context, quote }] } };
  },
};
export const written = await glot.ask('Wann öffnet das Freibad?', { generator });
check(written.sentences[0]?.text.startsWith('See: ') === true, 'an own generator writes');
await glot.close();

/** Three letters a row, hashed into 128 numbers. */
const vectors = (texts: readonly string[]): TokenVectors => {
  const dim = 128;
  const rows = texts.map((text) => [...text.toLowerCase().matchAll(/(?=(\p{L}{3}))/gu)].map((match) => match[1] ?? ''));
  const offsets = new Uint32Array(texts.length + 1);
  rows.forEach((row, at) => {
    offsets[at + 1] = (offsets[at] ?? 0) + Math.max(1, row.length);
  });
  const data = new Float32Array((offsets[texts.length] ?? 0) * dim);
  rows.forEach((row, at) => {
    for (let i = 0; i < Math.max(1, row.length); i += 1) {
      const hash = [...(row[i] ?? '')].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
      data[((offsets[at] ?? 0) + i) * dim + (hash % dim)] = 1;
    }
  });
  return { data, offsets, dim };
};
const encoder: Encoder = {
  name: 'trigrams',
  dim: 128,
  fingerprint: 'trigrams-1',
  documentLength: 512,
  encodeQueries: async (texts) => vectors(texts),
  encodeDocuments: async (texts) => vectors(texts),
  countTokens: (text) => text.length,
  dispose: async () => {},
};
const own = await openGlot({ index: 'own.db', mode: 'write', encoder });
await own.sync(['app-docs']);
check(
  (await own.search('Freibäder', { mode: 'semantic' }))[0]?.path.endsWith('bad.html') === true,
  'an own encoder finds',
);
await own.close();

const missing = await openGlot({ index: 'missing.db' }).catch((error: unknown) => error);
check(isGlotError(missing, 'index.not-found'), 'errors are typed');
console.log('app: index, search, ask, own generator, own encoder');
