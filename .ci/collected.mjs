// Opens, reads, backs up and closes an index for ten seconds, with pauses in which the garbage collector runs outside of
// any JavaScript: on Node 24 an object of better-sqlite3 that is collected then ends the process.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../packages/glot/package.json', import.meta.url));
const { backupIndex, openIndex } = await import(pathToFileURL(require.resolve('@glot/index')).href);
const [index] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'glot-collected-'));
const end = Date.now() + 10_000;
let garbage;
try {
  for (let round = 0; Date.now() < end; round += 1) {
    const open = await openIndex({ file: index, mode: 'read' });
    await open.stats();
    await backupIndex({ file: index, target: join(folder, `${round % 2}.db`), force: true });
    await open.close();
    for (let pauses = 0; pauses < 20; pauses += 1) {
      garbage = Array.from({ length: 3000 }, () => new Float64Array(10));
      await pause(Math.random() * 5);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (!garbage) throw new Error('nothing was done');
