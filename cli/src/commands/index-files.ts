import { type Glot, openGlot, type SyncProgress, type SyncReport } from '@glot/glot';
import { type SkippedFile, walkFiles } from '@glot/ingest';
import { ExitCode } from '../exit-code.js';
import { type IndexOptions, modelOptions } from '../options.js';
import { colors } from '../terminal/colors.js';
import { count } from '../terminal/count.js';
import { createProgress } from '../terminal/progress.js';

interface IndexCommandOptions extends IndexOptions {
  /** commander's form of `--no-ignore`. */
  readonly ignore: boolean;
}

/** Skipped files named one by one up to this number; `glot status --skipped` has them all. */
const SKIPPED_SHOWN = 8;

export async function runIndex(
  paths: readonly string[],
  options: IndexCommandOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  // A wrong path is told before an index file is made for it.
  for await (const _first of walkFiles(paths, { signal })) break;
  const progress = createProgress();
  const started = performance.now();
  const glot = await openGlot({ index: options.index, mode: 'write', ...(await modelOptions(options)) });
  try {
    const report = await glot.sync(paths, {
      signal,
      noIgnore: !options.ignore,
      onProgress: (state) => progress.update(progressLine(state, performance.now() - started)),
    });
    progress.clear();
    print(report, glot, options);
    return report.files === 0 ? ExitCode.nothingFound : ExitCode.found;
  } finally {
    progress.clear();
    await glot.close();
  }
}

function progressLine(state: SyncProgress, elapsedMs: number): string {
  if (state.phase === 'walk') return `looking for documents: ${state.filesDone} files`;
  const rate = Math.round(state.tokens / (elapsedMs / 1000));
  return `indexing ${state.filesDone}/${state.filesTotal} files, ${state.passages} passages, ${rate} tokens/s: ${state.path}`;
}

function print(report: SyncReport, glot: Glot, options: IndexCommandOptions): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ index: options.index, ...report })}\n`);
    return;
  }
  const changes = [
    report.added > 0 && `${report.added} added`,
    report.updated > 0 && `${report.updated} updated`,
    report.deleted > 0 && `${report.deleted} deleted`,
    report.unchanged > 0 && `${report.unchanged} unchanged`,
    report.skipped.length > 0 && `${report.skipped.length} skipped`,
  ].filter((part) => part !== false);
  const stats = glot.stats();
  process.stdout.write(`${changes.join(', ') || 'no files found'}\n`);
  process.stdout.write(
    colors.dim(
      `${options.index}: ${count(stats.documents, 'document')}, ${count(stats.passages, 'passage')} ` +
        `(${(report.elapsedMs / 1000).toFixed(1)} s)\n`,
    ),
  );
  for (const line of skippedLines(report.skipped)) process.stderr.write(`${line}\n`);
}

/** Files that glot should have been able to read, one by one; formats that it does not read, by number. */
function skippedLines(skipped: readonly SkippedFile[]): string[] {
  const broken = skipped.filter((file) => file.reason !== 'unsupported-format');
  const foreign = skipped.length - broken.length;
  const lines = broken
    .slice(0, SKIPPED_SHOWN)
    .map((file) => `${colors.yellow('skipped')} ${file.path}: ${file.reason}, ${file.detail}`);
  const rest = [
    broken.length > SKIPPED_SHOWN && `${broken.length - SKIPPED_SHOWN} more`,
    foreign > 0 && `${count(foreign, 'file')} of formats that glot does not read`,
  ].filter((part) => part !== false);
  if (rest.length > 0) lines.push(`skipped ${rest.join(' and ')}: \`glot status --skipped\` lists them`);
  return lines;
}
