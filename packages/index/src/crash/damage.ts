import { readFileSync, writeFileSync } from 'node:fs';
import { isGlotError } from '@glot/errors';
import { CORPUS, document, ENCODER, encode, randomNumbers, skipInPlace } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import type { StorageProfile } from '../storage-profile.js';
import type { MultivectorIndex } from '../types.js';

/** What came of one damaged byte. */
export interface Damage {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Whether anything that a reader asks for differs from the whole index, an error included. */
  readonly effect: 'none' | 'other answers' | 'typed error' | 'untyped error';
  /** Kinds of the problems that a check names, or the code of the error that it ends with; empty for none. */
  readonly named: readonly string[];
}

/** A small index with something in every table. */
export async function makeIndex(file: string, profile: StorageProfile): Promise<void> {
  const index = await openIndex({ file, mode: 'write', encoder: ENCODER, profile, exhaustivePassages: 0, threads: 1 });
  for (const [path, texts] of Object.entries(CORPUS)) {
    const one = document(path, texts, { title: texts[0]!.slice(0, 9), meta: { 主題: path }, lang: path.slice(0, 2) });
    const passages = one.passages.map((passage) => ({ ...passage, headings: ['Überschrift', path], page: 3 }));
    const places = [{ kind: 'page' as const, label: 'iv', start: 3 }];
    await index.upsert({ ...one, passages, places }, encode(...texts));
  }
  await index.upsert(document('weg', ['ein Satz, der ging']), encode('ein Satz, der ging'));
  await index.delete('weg');
  await index.write(
    skipInPlace({
      path: 'kaputt.pdf',
      reason: 'malformed',
      detail: '読めない',
      contentHash: 'a',
      sizeBytes: 1,
      modifiedMs: 2,
    }),
  );
  await index.optimize({ retrain: true });
  for (const path of ['spät 1', 'spät 2']) await index.upsert(document(path, [`${path} Hefe`]), encode(`${path} Hefe`));
  await index.delete('spät 1');
  await index.close();
}

/** All that a reader can see, as text. */
async function seen(index: MultivectorIndex): Promise<string> {
  const { fileBytes: _, ...stats } = await index.stats();
  const answers: unknown[] = [index.encoder, stats, await index.ledger.files(), await index.ledger.skippedFiles()];
  for (const path of [...Object.keys(CORPUS), 'spät 1', 'spät 2', 'weg']) answers.push(await index.get(path));
  for (const text of ['dough bread', '発酵 パン', 'العجين', 'Hefe', 'ขนมปัง 🍞']) {
    for (const mode of ['semantic', 'lexical', 'hybrid'] as const) {
      answers.push(await index.search({ mode, text, vectors: encode(text), limit: 6 }));
    }
  }
  answers.push(await index.search({ mode: 'lexical', text: 'bread', filter: { languages: ['en', 'ja'], meta: {} } }));
  return JSON.stringify(answers);
}

const codeOf = (error: unknown) => (isGlotError(error) ? error.code : `untyped ${String(error)}`);

/** Damages one byte after the other, each in the index as it was, and tells what came of each. */
export async function* damages(file: string, count: number, seed: number): AsyncGenerator<Damage> {
  const whole = readFileSync(file);
  const open = () => openIndex({ file, mode: 'read', exhaustivePassages: 0, threads: 1 });
  const before = await open();
  const expected = await seen(before);
  await before.close();
  const next = randomNumbers(seed);
  const random = (below: number) => Math.floor(((next() + 1) / 2) * below) % below;
  for (let trial = 0; trial < count; trial += 1) {
    const bytes = Buffer.from(whole);
    const at = random(bytes.length);
    const from = bytes[at]!;
    const to = trial % 2 === 0 ? from ^ (1 << random(8)) : (from + 1 + random(255)) % 256;
    bytes[at] = to;
    writeFileSync(file, bytes);
    yield { at, from, to, ...(await outcome(open, expected)) };
  }
  writeFileSync(file, whole);
}

async function outcome(
  open: () => Promise<MultivectorIndex>,
  expected: string,
): Promise<Pick<Damage, 'effect' | 'named'>> {
  let index: MultivectorIndex;
  try {
    index = await open();
  } catch (error) {
    return { effect: isGlotError(error) ? 'typed error' : 'untyped error', named: [codeOf(error)] };
  }
  try {
    let effect: Damage['effect'];
    try {
      effect = (await seen(index)) === expected ? 'none' : 'other answers';
    } catch (error) {
      effect = isGlotError(error) ? 'typed error' : 'untyped error';
    }
    try {
      return { effect, named: [...new Set((await index.check()).map(({ kind }) => kind))] };
    } catch (error) {
      return { effect: isGlotError(error) ? effect : 'untyped error', named: [codeOf(error)] };
    }
  } finally {
    await index.close();
  }
}
