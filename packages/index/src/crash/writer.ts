import { writeSync } from 'node:fs';
import { document, ENCODER, encode, randomNumbers, skipInPlace } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import type { IndexChange } from '../types.js';

/**
 * Changes an index for ever and says so on stdout, a line before and a line after each change: the test that kills it
 * knows what was acknowledged, and the one change, or several made together, that may or may not have happened.
 * Between changes it makes new versions of the partitions and writes lists anew, which changes nothing that a reader sees.
 * Arguments: index file, seed, storage profile.
 */
const [file, seed, profile] = process.argv.slice(2);
const next = randomNumbers(Number(seed));
const index = await openIndex({
  file: file!,
  mode: 'write',
  encoder: ENCODER,
  profile: profile === 'compact' ? 'compact' : 'standard',
  exhaustivePassages: 0,
  threads: 1,
});

// The native library is there before the clock starts.
await index.optimize({ retrain: true });

// Not process.stdout: what was written must have left the process.
const say = (line: string) => writeSync(1, `${line}\n`);

const randomPath = () => `文書 ${Math.floor(Math.abs(next()) * 12)}`;

/** One change, as it is told and as it is made. */
function change(path: string, step: string): { readonly told: object; readonly changes: IndexChange[] } {
  const count = 1 + Math.floor(Math.abs(next()) * 8);
  const text = (number: number) => `${seed}/${step}/${number} الجملة ประโยค 🍞 ${'発酵 '.repeat(number)}`;
  const texts = Array.from({ length: count }, (_, number) => text(number));
  const kind = Math.abs(next());
  if (kind < 0.7) {
    return {
      told: { path, texts },
      changes: [{ kind: 'upsert', document: document(path, texts), vectors: encode(...texts) }],
    };
  }
  if (kind < 0.85) return { told: { path, texts: null }, changes: [{ kind: 'delete', path }] };
  const [detail] = texts as [string];
  const skipped = { path, reason: 'broken', detail, contentHash: '', sizeBytes: 1, modifiedMs: 1 };
  return { told: { path, texts: null, skipped: detail }, changes: skipInPlace(skipped) };
}

for (let step = 0; ; step += 1) {
  const paths = new Set([randomPath(), ...(step % 3 === 1 ? [randomPath(), randomPath(), randomPath()] : [])]);
  const changes = [...paths].map((path, at) => change(path, `${step}.${at}`));
  // A change in the midst of the maintenance: what comes meanwhile must be in the new version too.
  const maintenance = step % 4 === 3 ? index.optimize({ retrain: step % 8 === 3 }) : null;
  say(JSON.stringify({ begin: true, changes: changes.map(({ told }) => told) }));
  await index.write(changes.flatMap((one) => one.changes));
  say(JSON.stringify({ begin: false }));
  await maintenance;
}
