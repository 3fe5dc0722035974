import { isGlotError } from '@glot/errors';
import { exportIndex } from '../transfer/export-index.js';

/** Exports an index and tells how it went. Arguments: the index, the folder. */
const [file, folder] = process.argv.slice(2);

try {
  await exportIndex({ file: file!, folder: folder! });
  process.stdout.write('done');
} catch (error) {
  process.stdout.write(isGlotError(error) ? `${error.code} ${error.message}` : String(error));
}
