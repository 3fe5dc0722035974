import { openGlot } from '@glot/glot';
import { ExitCode } from '../exit-code.js';
import type { IndexOptions } from '../options.js';
import { count } from '../terminal/count.js';
import { printable } from '../terminal/printable.js';

interface StatusOptions extends IndexOptions {
  readonly skipped?: true | undefined;
  readonly notes?: true | undefined;
}

export async function runStatus(options: StatusOptions): Promise<ExitCode> {
  const glot = await openGlot({ index: options.index });
  try {
    const stats = await glot.stats();
    const skippedFiles = options.skipped ? await glot.skippedFiles() : [];
    const noted = (await glot.notedDocuments()).map(({ path, notes }) => ({ path: glot.displayPath(path), notes }));
    const earlier = await glot.readEarlier();
    if (options.json) {
      const files = skippedFiles.map(({ path, reason, detail }) => ({ path: glot.displayPath(path), reason, detail }));
      process.stdout.write(
        `${JSON.stringify({
          index: options.index,
          ...stats,
          noted: noted.length,
          readEarlier: earlier,
          ...(options.skipped && { skippedFiles: files }),
          ...(options.notes && { notedDocuments: noted }),
        })}\n`,
      );
      return ExitCode.found;
    }
    const rows = [
      ['index', `${options.index} (${(stats.fileBytes / 1e6).toFixed(1)} MB)`],
      ['documents', byCount(stats.documents, stats.formats)],
      ['languages', byCount(null, stats.languages)],
      ['passages', stats.passages.toLocaleString('en-US')],
      ['token vectors', stats.tokens.toLocaleString('en-US')],
      [
        'encoder',
        stats.encoder
          ? `${stats.encoder.name}, ${stats.encoder.dim} dimensions, ${stats.encoder.fingerprint.slice(0, 12)}${kind(stats.encoder)}`
          : 'none yet',
      ],
      ['skipped', count(stats.skipped, 'file')],
      ['notes', `on ${count(noted.length, 'document')}`],
      ...earlier.map(({ format, documents }) => [
        'read earlier',
        `${count(documents, `${format} document`)} by an older reader: \`glot index --force\` reads them anew`,
      ]),
    ];
    for (const [name, value] of rows) process.stdout.write(`${name!.padEnd(14)} ${value}\n`);
    for (const file of skippedFiles)
      process.stdout.write(`  ${printable(glot.displayPath(file.path))}: ${file.reason}, ${file.detail}\n`);
    for (const { path, notes } of options.notes ? noted : []) {
      for (const { kind, detail } of notes) process.stdout.write(`  ${printable(`${path}: ${kind}, ${detail}`)}\n`);
    }
    return ExitCode.found;
  } finally {
    await glot.close();
  }
}

function kind({ precision, poolFactor = 1 }: { readonly precision?: string; readonly poolFactor?: number }): string {
  return `${precision === undefined ? '' : `, ${precision}`}${poolFactor > 1 ? `, tokens pooled by ${poolFactor}` : ''}`;
}

function byCount(total: number | null, parts: Readonly<Record<string, number>>): string {
  const named = Object.entries(parts).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const list = named.map(([name, number]) => `${name} ${number.toLocaleString('en-US')}`).join(', ');
  if (total === null) return list;
  return list === '' ? total.toLocaleString('en-US') : `${total.toLocaleString('en-US')} (${list})`;
}
