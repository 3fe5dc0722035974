import { backupIndex } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import { count } from '../terminal/count.js';
import { createProgress } from '../terminal/progress.js';

interface BackupOptions {
  readonly index: string;
  readonly force?: true | undefined;
  readonly json?: true | undefined;
}

export async function runBackup(target: string, options: BackupOptions, signal: AbortSignal): Promise<ExitCode> {
  const progress = createProgress();
  try {
    const report = await backupIndex({
      file: options.index,
      target,
      force: options.force === true,
      signal,
      onProgress: (done, total) => progress.update(`copying ${Math.floor((100 * done) / Math.max(1, total))} %`),
    });
    progress.clear();
    const { documents, passages, bytes } = report;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ index: options.index, target, ...report })}\n`
        : `${target}: ${count(documents, 'document')}, ${count(passages, 'passage')} (${(bytes / 1e6).toFixed(1)} MB)\n`,
    );
    return ExitCode.found;
  } finally {
    progress.clear();
  }
}
