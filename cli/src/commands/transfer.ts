import { exportIndex, importIndex, type TransferReport } from '@glot/glot';
import { ExitCode } from '../exit-code.js';

interface TransferOptions {
  readonly index: string;
  readonly threads?: number | undefined;
  readonly compact?: true | undefined;
  readonly json?: true | undefined;
}

export async function runExport(folder: string, options: TransferOptions, signal: AbortSignal): Promise<ExitCode> {
  return told('wrote', await exportIndex({ file: options.index, folder, signal }), options);
}

export async function runImport(folder: string, options: TransferOptions, signal: AbortSignal): Promise<ExitCode> {
  const { index: file, threads, compact } = options;
  const report = await importIndex({
    file,
    folder,
    signal,
    threads,
    ...(compact && { profile: 'compact' }),
  });
  return told('took in', report, options);
}

function told(verb: string, report: TransferReport, { json }: TransferOptions): ExitCode {
  const { documents, passages, tokens } = report;
  process.stdout.write(
    json
      ? `${JSON.stringify(report)}\n`
      : `${verb} ${documents} documents, ${passages} passages, ${tokens} token vectors\n`,
  );
  return ExitCode.found;
}
