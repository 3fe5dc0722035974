import { isGlotError } from '@glot/errors';
import { document, ENCODER, encode } from '../fixtures.js';
import { openIndex } from '../open-index.js';
import { backupIndex } from '../sqlite/opening/backup.js';

/** Writes under a limit on the size of files until it is met. Arguments: index file, a place for a backup. */
const [file, target] = process.argv.slice(2);
const codeOf = (error: unknown) => (isGlotError(error) ? error.code : String(error));
const index = await openIndex({ file: file!, mode: 'write', encoder: ENCODER, threads: 1 });
const texts = Array.from({ length: 50 }, (_, at) => `${at} 面团需要发酵一整夜才能烘烤。`);
const said: { grow?: string; close?: string; backup?: string; stored: number } = { stored: 0 };
try {
  for (; ; said.stored += 1) await index.upsert(document(`文 ${said.stored}`, texts), encode(...texts));
} catch (error) {
  said.grow = codeOf(error);
}
try {
  await index.close();
  said.close = 'closed';
} catch (error) {
  said.close = codeOf(error);
}
try {
  await backupIndex({ file: file!, target: target! });
} catch (error) {
  said.backup = codeOf(error);
}
process.stdout.write(JSON.stringify(said));
