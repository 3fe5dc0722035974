import { median } from '../quantiles.js';
import type { CommandUsage } from './measured-command.js';

export const STEPS = {
  index: 'new index',
  unchanged: 'unchanged',
  changed: 'one file changed',
  deleted: 'files deleted',
  renamed: 'folder renamed',
};

export type Step = keyof typeof STEPS;

export interface StepRun extends CommandUsage {
  readonly step: Step;
  readonly round: number;
  readonly diskBytes: number;
  /** As `glot index --json` prints it. */
  readonly report: Readonly<Record<string, number>>;
}

export interface Version {
  readonly name: string;
  readonly checkout: string;
  readonly runs: StepRun[];
}

export interface FolderReportInput {
  readonly machine: string;
  readonly threads: number;
  readonly files: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly versions: readonly Version[];
}

/** Medians over the rounds; with two versions also how many times less the second takes. */
export function folderReport({ machine, threads, files, deleted, bytes, versions }: FolderReportInput): string {
  const lines = [
    '# Indexing a folder',
    '',
    `\`glot index\` over ${files} files (${(bytes / 1e6).toFixed(1)} MB, ${passagesOf(versions)} passages) in eleven languages, ` +
      `each step a process of its own, \`--threads ${threads}\`; ${machine}. Medians of ${roundsOf(versions)} round(s), ` +
      'the versions by turns. Made by `pnpm bench:folder`.',
    '',
    '| step | version | wall s | files/s | processor s | main thread | other threads | peak MB | disk / text |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const step of Object.keys(STEPS) as Step[]) {
    for (const { name, runs } of versions) {
      const own = runs.filter((run) => run.step === step);
      if (own.length === 0) continue;
      const of = (value: (run: StepRun) => number) => median(own.map(value));
      const share = (thread: number) => of((run) => (run.threadSeconds[thread] ?? 0) / run.seconds);
      const seconds = of((run) => run.seconds);
      const others = [1, 2, 3, 4].map(share).filter((value) => value >= 0.03);
      const cells = [
        step === 'deleted' ? `${deleted} files deleted` : STEPS[step],
        name,
        seconds.toFixed(seconds < 10 ? 2 : 1),
        step === 'index' ? (files / seconds).toFixed(1) : '',
        of((run) => run.cpuSeconds).toFixed(1),
        percent(share(0)),
        others.map(percent).join(', '),
        of((run) => run.peakMB).toFixed(0),
        of((run) => run.diskBytes / bytes).toFixed(1),
      ];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  lines.push('', 'Shares of threads are of the wall time: 100 % is one core fully used.', '');
  const [before, after] = versions;
  if (before && after) {
    lines.push('| step | wall, baseline / this | processor time | peak memory |', '| --- | --- | --- | --- |');
    for (const step of Object.keys(STEPS) as Step[]) {
      const ratio = (value: (run: StepRun) => number) => {
        const [old, now] = [before, after].map(({ runs }) =>
          median(runs.filter((run) => run.step === step).map(value)),
        );
        return (old! / now!).toFixed(2);
      };
      if (!after.runs.some((run) => run.step === step)) continue;
      const cells = [ratio((run) => run.seconds), ratio((run) => run.cpuSeconds), ratio((run) => run.peakMB)];
      lines.push(`| ${STEPS[step]} | ${cells.join(' | ')} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const passagesOf = (versions: readonly Version[]) => versions.at(-1)!.runs[0]?.report.passages ?? 0;

const roundsOf = (versions: readonly Version[]) => 1 + Math.max(...versions[0]!.runs.map(({ round }) => round));
