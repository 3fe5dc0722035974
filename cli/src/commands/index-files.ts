import { existsSync } from 'node:fs';
import { GlotError, isAbortError, isGlotError } from '@glot/errors';
import { openGlot, requirePaths, type SkippedInSync, type SyncProgress, type SyncReport } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import { type IndexOptions, modelOptions } from '../options.js';
import { tellAssumedSettings } from '../terminal/assumed-settings.js';
import { colors } from '../terminal/colors.js';
import { count } from '../terminal/count.js';
import { createIndexProgress } from '../terminal/index-progress.js';
import { printable } from '../terminal/printable.js';
import { createProgress, type Progress } from '../terminal/progress.js';

interface IndexCommandOptions extends IndexOptions {
  /** commander's form of `--no-ignore`. */
  readonly ignore: boolean;
  readonly hidden?: true | undefined;
  readonly follow?: true | undefined;
  readonly watch?: true | undefined;
  readonly force?: true | undefined;
  readonly deleteMissing?: true | undefined;
  readonly compact?: true | undefined;
  readonly poolFactor?: number | undefined;
}

/** Skipped files named one by one up to this number. */
const SKIPPED_SHOWN = 8;

export async function runIndex(
  named: readonly string[],
  options: IndexCommandOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  // A wrong path is told before an index file is made for it; an index that is there may know what stood at the path.
  const paths = named.length === 0 ? null : named;
  if (!existsSync(options.index)) {
    if (paths === null) throw nothingNamed(options.index);
    await requirePaths(paths, signal);
  }
  const progress = createProgress();
  const { index, poolFactor, compact } = options;
  const model = await modelOptions(options);
  const glot = await openGlot({
    index,
    mode: 'write',
    poolFactor,
    ...(compact && { profile: 'compact' }),
    ...model,
  });
  await tellAssumedSettings(model.model);
  try {
    let line = createIndexProgress();
    let phase: SyncProgress['phase'] = 'walk';
    const syncOptions = {
      signal,
      noIgnore: !options.ignore,
      hidden: options.hidden === true,
      followLinks: options.follow === true,
      force: options.force === true,
      deleteMissing: options.deleteMissing === true,
      onProgress: (state: SyncProgress) => {
        phase = state.phase;
        progress.update(line(state));
      },
    };
    if (!options.watch) {
      const report = await glot.sync(paths, { ...syncOptions, keepEncoder: false }).catch(async (error: unknown) => {
        progress.clear();
        if (isGlotError(error, 'glot.missing-documents')) {
          print(error.details.report, await glot.stats(), options);
        }
        if (!isAbortError(error)) throw error;
        process.stderr.write(`glot: interrupted ${keptLine(phase, (await glot.stats()).documents)}\n`);
        return null;
      });
      if (!report) return ExitCode.interrupted;
      progress.clear();
      print(report, await glot.stats(), options);
      return report.files === 0 && report.deleted === 0 ? ExitCode.nothingFound : ExitCode.found;
    }
    let isFirst = true;
    for await (const report of glot.watch(paths, syncOptions)) {
      progress.clear();
      line = createIndexProgress();
      if (options.json || isFirst) print(report, await glot.stats(), options);
      else if (hasChanges(report))
        process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${changesOf(report)}\n`);
      if (isFirst) tellWatching(progress);
      isFirst = false;
    }
    return ExitCode.found;
  } finally {
    progress.clear();
    await glot.close();
  }
}

function nothingNamed(index: string): GlotError {
  return new GlotError(
    'cli.no-paths',
    `there is no index at ${index} yet: name the files and folders to index, as in \`glot index docs\``,
  );
}

/** What an interrupted run leaves, and how to go on. */
function keptLine(phase: SyncProgress['phase'], documents: number): string {
  const goOn = 'run the same command again to go on';
  const held = count(documents, 'document');
  if (phase === 'walk') return `before anything was changed; ${goOn}`;
  if (phase === 'index')
    return `while indexing: every document that was stored stays (the index holds ${held}); ${goOn}`;
  if (phase === 'delete')
    return `while removing: what is gone is gone, the rest stays (the index holds ${held}); ${goOn}`;
  return `while arranging: all documents are stored (${held}) and can be searched, more slowly; ${goOn}`;
}

function tellWatching(progress: Progress): void {
  progress.clear();
  process.stderr.write('watching for changes; Ctrl-C ends it\n');
}

const hasChanges = ({ added, updated, moved, deleted, missing }: SyncReport): boolean =>
  added + updated + moved + deleted + missing > 0;

function changesOf(report: SyncReport): string {
  const changes = [
    report.added > 0 && `${report.added} added`,
    report.updated > 0 && `${report.updated} updated`,
    report.moved > 0 && `${report.moved} moved`,
    report.deleted > 0 && `${report.deleted} deleted`,
    report.unchanged > 0 && `${report.unchanged} unchanged`,
    report.missing > 0 && `${report.missing} missing (kept)`,
    report.skipped.length > 0 && `${report.skipped.length} skipped`,
  ].filter((part) => part !== false);
  return changes.join(', ') || 'no files found';
}

function print(
  report: SyncReport,
  stats: { readonly documents: number; readonly passages: number },
  options: IndexCommandOptions,
): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ index: options.index, ...report })}\n`);
    return;
  }
  process.stdout.write(`${changesOf(report)}\n`);
  process.stdout.write(
    colors.dim(
      `${options.index}: ${count(stats.documents, 'document')}, ${count(stats.passages, 'passage')} ` +
        `(${(report.elapsedMs / 1000).toFixed(1)} s)\n`,
    ),
  );
  for (const root of report.gone) {
    const done =
      report.missing > 0
        ? '; to take its documents out: `glot forget`'
        : report.deleted > 0
          ? ': its documents were taken out'
          : '';
    process.stderr.write(`${printable(root)} is gone${done}\n`);
  }
  for (const root of report.absent) {
    process.stderr.write(
      `${printable(root)} is not there: what is stored of it stays. If it is gone: \`glot forget ${printable(root)}\`; if it was renamed: \`glot index NEW ${printable(root)}\` takes its vectors along\n`,
    );
  }
  for (const line of skippedLines(report.skipped)) process.stderr.write(`${line}\n`);
}

function lineOf({ path, reason, detail, kept }: SkippedInSync): string {
  const [verb, why] = reason === 'partial' ? ['read in part', detail] : ['skipped', `${reason}, ${detail}`];
  return `${colors.yellow(verb)} ${printable(path)}: ${why}${kept ? '; what was read earlier stays' : ''}`;
}

/** Files that glot should have been able to read, one by one; formats that it does not read, by number. */
function skippedLines(skipped: readonly SkippedInSync[]): string[] {
  const broken = skipped.filter((file) => file.reason !== 'unsupported-format');
  const foreign = skipped.length - broken.length;
  const lines = broken.slice(0, SKIPPED_SHOWN).map(lineOf);
  if (broken.length > SKIPPED_SHOWN) {
    lines.push(`skipped ${broken.length - SKIPPED_SHOWN} more: \`glot index --json\` names every one`);
  }
  if (foreign > 0) {
    lines.push(
      `skipped ${count(foreign, 'file')} of formats that glot does not read: \`glot status --skipped\` lists them`,
    );
  }
  return lines;
}
