import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine } from '../machine.js';
import { FOLDERS, folderName, writeFileSet } from './file-set.js';
import { measureCommand } from './measured-command.js';
import { folderReport, STEPS, type Step, type Version } from './report.js';

/**
 * `pnpm bench:folder`: what `glot index` takes for a folder of many small files: new, unchanged, and after changes.
 *
 * --files 20000   --threads 2   --work FOLDER for files and indexes   --steps index,unchanged,...
 * --baseline CHECKOUT  runs another, built version step by step beside this one   --rounds 1
 * --out FILE  the report; printed in any case
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '20000' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '1' },
    steps: { type: 'string', default: Object.keys(STEPS).join(',') },
    baseline: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-folder') },
    data: { type: 'string', default: '../shared/data/train2/parallel-long.jsonl.gz' },
    out: { type: 'string' },
  },
});

const tell = (message: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
const files = Number(values.files);
const deleted = Math.ceil(files / 40);
const versions: Version[] = [{ name: 'this version', checkout: resolve('.'), runs: [] }];
if (values.baseline !== undefined) {
  versions.unshift({ name: 'baseline', checkout: resolve(values.baseline), runs: [] });
}
const steps = values.steps.split(',') as Step[];
let bytes = 0;

for (let round = 0; round < Number(values.rounds); round += 1) {
  const places = [];
  for (const [at, version] of versions.entries()) {
    const place = join(values.work, String(at));
    rmSync(place, { recursive: true, force: true });
    const folder = join(place, 'files');
    ({ bytes } = await writeFileSet(resolve(values.data), files, folder));
    places.push({ version, folder, file: join(place, 'index.db') });
  }
  tell(`round ${round + 1}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB`);
  for (const step of steps) {
    for (const { version, folder, file } of places) {
      change(folder, step);
      const args = ['index', folder, '--index', file, '--threads', values.threads, '--json'];
      const usage = await measureCommand(join(version.checkout, 'cli/dist/main.js'), args);
      const report = JSON.parse(usage.stdout) as Record<string, number>;
      version.runs.push({ ...usage, step, round, diskBytes: diskBytes(file), report });
      tell(
        `${version.name}, ${STEPS[step]}: ${usage.seconds.toFixed(1)} s, ${usage.cpuSeconds.toFixed(1)} s of processor ` +
          `(${usage.threadSeconds
            .slice(0, 5)
            .map((seconds) => seconds.toFixed(1))
            .join(' ')}), ${usage.peakMB.toFixed(0)} MB, ` +
          `${(diskBytes(file) / bytes).toFixed(1)} x the text; ${JSON.stringify({ ...report, skipped: undefined })}`,
      );
    }
  }
}
const report = folderReport({ machine: machine(), threads: Number(values.threads), files, deleted, bytes, versions });
if (values.out !== undefined) {
  mkdirSync(join(resolve(values.out), '..'), { recursive: true });
  writeFileSync(values.out, report);
}
process.stdout.write(report);
rmSync(values.work, { recursive: true, force: true });

function change(folder: string, step: Step): void {
  const inside = (at: number) => join(folder, folderName(at));
  const names = (at: number) => readdirSync(inside(at)).sort();
  switch (step) {
    case 'index':
    case 'unchanged':
      return;
    case 'changed':
      appendFileSync(join(inside(3), names(3)[0]!), '\n\nNoch ein Absatz über den Fährbetrieb im Winter.\n');
      return;
    case 'deleted':
      for (let at = 0; at < deleted; at += 1) {
        const part = at % (FOLDERS - 1);
        rmSync(join(inside(part), names(part)[0]!));
      }
      return;
    case 'renamed':
      renameSync(inside(FOLDERS - 1), join(folder, 'renamed'));
  }
}

/** All files of an index: SQLite keeps some beside it. */
function diskBytes(file: string): number {
  return ['', '-wal', '-shm', '-journal'].reduce(
    (sum, end) => sum + (existsSync(file + end) ? statSync(file + end).size : 0),
    0,
  );
}
