import { isGlotError } from '@glot/errors';
import { ENCODER, encode } from '../fixtures.js';
import { openIndex } from '../open-index.js';

/** Tells what happens to a process without the right to write. Arguments: an index, a file that cannot be made. */
const [file, missing] = process.argv.slice(2);

async function codeOf(path: string): Promise<string> {
  try {
    await (await openIndex({ file: path, mode: 'write', encoder: ENCODER })).close();
    return 'opened';
  } catch (error) {
    return isGlotError(error) ? error.code : String(error);
  }
}

const write = await codeOf(file!);
const make = await codeOf(missing!);
const index = await openIndex({ file: file!, mode: 'read' });
const hits = await index.search({ mode: 'hybrid', text: '発酵', vectors: encode('発酵'), limit: 50 });
await index.close();
process.stdout.write(JSON.stringify({ write, make, hits: hits.length }));
