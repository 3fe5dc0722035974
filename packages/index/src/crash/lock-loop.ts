import { closeSync, mkdirSync, openSync, rmdirSync, writeFileSync, writeSync } from 'node:fs';
import { isGlotError } from '@glot/errors';
import { lockForWriting, lockPath } from '../sqlite/file/writer-lock.js';

/**
 * Takes the lock of an index and lets it go in a tight loop. While it holds it, it holds a folder too, which only one
 * process can make: a folder that stands there already is a second holder.
 * Arguments: index file, rounds, and `damage` to write over the lock file now and then.
 */
const [file, rounds, damage] = process.argv.slice(2);
const witness = `${file}.held`;
const said = { held: 0, refused: 0, doubles: 0, errors: [] as string[] };
for (let round = 0; round < Number(rounds); round += 1) {
  // This process holds no lock here: nothing is dropped by opening the file.
  if (damage && round % 7 === 0) scribble(round);
  let lock: ReturnType<typeof lockForWriting>;
  try {
    lock = lockForWriting(file!);
  } catch (error) {
    if (isGlotError(error, 'index.busy')) said.refused += 1;
    else said.errors.push(String(error));
    continue;
  }
  said.held += 1;
  try {
    mkdirSync(witness);
    rmdirSync(witness);
  } catch {
    said.doubles += 1;
  }
  lock.release();
}
process.stdout.write(JSON.stringify(said));

function scribble(round: number): void {
  const path = lockPath(file!);
  if (round % 2 === 0) {
    writeFileSync(path, `SQLite format 3\0${'損'.repeat(round % 5000)}`);
    return;
  }
  const descriptor = openSync(path, 'a');
  writeSync(descriptor, `${round} damaged`);
  closeSync(descriptor);
}
