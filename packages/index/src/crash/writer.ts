import { writeSync } from 'node:fs';
import { document, ENCODER, encode, randomNumbers } from '../fixtures.js';
import { openIndex } from '../open-index.js';

/**
 * Changes an index for ever and says so on stdout, a line before and a line after each change: the test that kills it
 * knows what was acknowledged, and the one change that may or may not have happened.
 * Between changes it makes new generations of cells and writes lists anew, which changes nothing that a reader sees.
 * Arguments: index file, seed, storage profile.
 */
const [file, seed, profile] = process.argv.slice(2);
const next = randomNumbers(Number(seed));
const index = await openIndex({
  file: file!,
  mode: 'write',
  encoder: ENCODER,
  profile: profile === 'compact' ? 'compact' : 'int8',
  exhaustivePassages: 0,
  threads: 1,
});

// The native library is there before the clock starts.
await index.compact({ retrain: true });

// Not process.stdout: what was written must have left the process.
const say = (line: string) => writeSync(1, `${line}\n`);

for (let step = 0; ; step += 1) {
  const path = `文書 ${Math.floor(Math.abs(next()) * 12)}`;
  const count = 1 + Math.floor(Math.abs(next()) * 8);
  const text = (number: number) => `${seed}/${step}/${number} الجملة ประโยค 🍞 ${'発酵 '.repeat(number)}`;
  const texts = Array.from({ length: count }, (_, number) => text(number));
  const kind = Math.abs(next());
  // A change in the midst of the maintenance: what comes meanwhile must be in the new generation too.
  const maintenance = step % 4 === 3 ? index.compact({ retrain: step % 8 === 3 }) : null;
  if (kind < 0.7) {
    say(JSON.stringify({ begin: true, path, texts }));
    index.upsert(document(path, texts), encode(...texts));
  } else if (kind < 0.85) {
    say(JSON.stringify({ begin: true, path, texts: null }));
    index.delete(path);
  } else {
    say(JSON.stringify({ begin: true, path, texts: null, skipped: texts[0] }));
    index.skip({ path, reason: 'broken', detail: texts[0]!, contentHash: '', sizeBytes: 1, modifiedMs: 1 });
  }
  say(JSON.stringify({ begin: false }));
  await maintenance;
}
