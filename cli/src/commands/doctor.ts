import { checkIndex, type IndexProblem, repairIndex } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import { count } from '../terminal/count.js';

interface DoctorOptions {
  readonly index: string;
  readonly repair?: true | undefined;
  readonly json?: true | undefined;
}

/** 0: all is well, or was mended; 1: something is wrong. */
export async function runDoctor(options: DoctorOptions, signal: AbortSignal): Promise<ExitCode> {
  if (!options.repair) {
    const { problems, unchecked } = await checkIndex(options.index, signal);
    if (options.json) process.stdout.write(`${JSON.stringify({ index: options.index, problems, unchecked })}\n`);
    else process.stdout.write(problems.length === 0 ? 'the index is whole\n' : problems.map(problemLine).join(''));
    if (problems.length > 0) process.stderr.write(`run \`glot doctor --repair\` to mend what can be mended\n`);
    if (unchecked > 0) {
      process.stderr.write(
        `${count(unchecked, 'document')} stored by an older glot cannot be checked letter by letter until \`glot index\` or \`glot doctor --repair\` has added checksums\n`,
      );
    }
    return problems.length === 0 ? ExitCode.found : ExitCode.nothingFound;
  }
  const report = await repairIndex(options.index, signal);
  if (options.json) process.stdout.write(`${JSON.stringify({ index: options.index, ...report })}\n`);
  else {
    for (const problem of report.problems) process.stdout.write(problemLine(problem));
    for (const path of report.removed) process.stdout.write(`taken out: ${path}\n`);
    process.stdout.write(report.whole ? 'the index is whole\n' : 'not everything could be mended\n');
  }
  if (report.removed.length > 0) process.stderr.write('run `glot index` again to read the documents taken out\n');
  if (!report.whole)
    process.stderr.write(
      `move ${options.index} away, with its -wal, -shm and -journal where they stand beside it, and run \`glot index\` again\n`,
    );
  return report.whole ? ExitCode.found : ExitCode.nothingFound;
}

function problemLine({ kind, place, path }: IndexProblem): string {
  return `${kind}: ${place}${path === null ? '' : ` (${path})`}\n`;
}
