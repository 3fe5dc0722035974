import { forgetDocuments } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import type { IndexOptions } from '../options.js';
import { count } from '../terminal/count.js';
import { printable } from '../terminal/printable.js';

export async function runForget(
  paths: readonly string[],
  options: Pick<IndexOptions, 'index' | 'json'>,
  signal: AbortSignal,
): Promise<ExitCode> {
  const report = await forgetDocuments(options.index, paths, signal);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ index: options.index, ...report })}\n`);
    return ExitCode.found;
  }
  const skipped = report.skipped > 0 ? `, and ${count(report.skipped, 'file')} that had been left out` : '';
  process.stdout.write(`${count(report.documents, 'document')} taken out${skipped}\n`);
  for (const path of report.readAgain) {
    process.stderr.write(
      `${printable(path)} is still there, and the next \`glot index\` of the folder above takes it in again unless a .glotignore leaves it out\n`,
    );
  }
  return ExitCode.found;
}
