import { writeSync } from 'node:fs';
import { document, ENCODER, encode, stamp } from '../fixtures.js';
import { openIndex } from '../open-index.js';

/**
 * Brings an index to a fixed end, from wherever an earlier run was killed. Says `begun` and `ended` on stdout.
 * Arguments: index file, phase (`index`, `delete`, `arrange`, `switch`).
 */
const [file, phase] = process.argv.slice(2);
const DOCUMENTS = 60;
const open = () => openIndex({ file: file!, mode: 'write', encoder: ENCODER, exhaustivePassages: 0, threads: 1 });
const index = await open();
const stored = new Set((await index.ledger.files()).map(({ path }) => path));
writeSync(1, 'begun\n');

if (phase === 'index') {
  for (let at = 0; at < DOCUMENTS; at += 1) {
    const texts = Array.from({ length: 1 + (at % 7) }, (_, number) => `発酵 ${at} ${number} العجين 🍞`);
    if (!stored.has(`文書 ${at}`)) await index.upsert(document(`文書 ${at}`, texts), encode(...texts));
  }
} else if (phase === 'delete') {
  for (let at = 0; at < DOCUMENTS; at += 1) if (at % 4 !== 0) await index.delete(`文書 ${at}`);
} else if (phase === 'arrange') {
  // To and fro, so that a kill falls into the making of a version.
  for (let round = 0; round < 4; round += 1) await index.optimize({ retrain: true });
}
if (phase !== 'switch') await index.optimize();
await index.close();
if (phase === 'switch') {
  for (let round = 0; round < 60; round += 1) {
    const again = await open();
    await again.ledger.write([stamp('文書 0', 100, 7)]);
    await again.close();
  }
}
writeSync(1, 'ended\n');
