import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { createReader, type FileEntry, type IngestOutcome, walkFiles } from '@glot/ingest';
import { machine } from '../machine.js';
import { messySection } from './messy.js';
import { peerOf } from './peers.js';
import { processorSeconds, residentBytes } from './processes.js';
import { letterCounts, shareFound } from './word-counts.js';

/**
 * Speed, memory and completeness of reading by format, against pdftotext and pandoc. Linux.
 * node run.js [--out FILE] [FOLDER ...]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'eval/reports/ingest.md' } },
});
const folders =
  positionals.length > 0
    ? positionals
    : [
        'fixtures/corpus',
        'fixtures/printed',
        '../shared/cases/ingest/files',
        '../shared/data/messy',
        '../shared/data/docs',
      ];

/** Share that counts as all: a letter may be written in two ways. */
const ALL = 0.998;
const MOST_LISTED = 40;

/** Files read ahead, as a sync does. */
const READ_AHEAD = 4;

interface Run {
  readonly seconds: number;
  readonly processor: number;
  readonly peakBytes: number;
  readonly outcomes: readonly IngestOutcome[];
}

async function readAll(entries: readonly FileEntry[]): Promise<Run> {
  const started = performance.now();
  const before = processorSeconds();
  const base = process.memoryUsage.rss();
  let peakBytes = 0;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes() - base);
  }, 25);
  const reader = createReader();
  const outcomes: IngestOutcome[] = [];
  const pending: Promise<IngestOutcome>[] = [];
  for (const [at] of entries.entries()) {
    while (at + pending.length < entries.length && pending.length < READ_AHEAD) {
      pending.push(reader.read(entries[at + pending.length]!));
    }
    outcomes.push(await pending.shift()!);
  }
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampling);
  await reader.dispose();
  return { seconds, processor: processorSeconds() - before, peakBytes, outcomes };
}

const byFormat = new Map<string, FileEntry[]>();
const all: FileEntry[] = [];
for await (const entry of walkFiles(folders)) all.push(entry);
// What a file is, its content decides: a first reading tells, and warms the disk's cache.
for (const [at, outcome] of (await readAll(all)).outcomes.entries()) {
  if (outcome.status !== 'read') continue;
  const { format } = outcome.document;
  byFormat.set(format, [...(byFormat.get(format) ?? []), all[at]!]);
}

const speeds: string[] = [];
const shares: string[] = [];
const least: string[] = [];
for (const [format, entries] of [...byFormat].sort()) {
  const { seconds, processor, peakBytes, outcomes } = await readAll(entries);
  const megabytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
  const documents = outcomes.flatMap((outcome) => (outcome.status === 'read' ? [outcome.document] : []));
  const letters = documents.reduce((sum, { text }) => sum + text.length, 0);
  const pages = documents.reduce((sum, { places }) => sum + places.filter(({ kind }) => kind === 'page').length, 0);
  const paged = pages === 0 ? ['', ''] : [(pages / seconds).toFixed(0), (pages / processor).toFixed(0)];
  const found = peerOf(format);
  let peerSpeed = typeof found === 'string' ? found : '';
  if (typeof found !== 'string') {
    const { peer, version } = found;
    const before = processorSeconds();
    const theirs = entries.map(({ absolutePath }) => peer.text(absolutePath));
    peerSpeed = `${(megabytes / (processorSeconds() - before)).toFixed(2)} (${peer.name} ${version})`;
    let [both, ours, their] = [0, 0, 0];
    for (const [at, document] of documents.entries()) {
      const [mine, other] = [letterCounts(document.text), letterCounts(theirs[at]!)];
      const ofTheirs = shareFound(other, mine);
      if (ofTheirs.share === null) continue;
      both++;
      if (ofTheirs.share >= ALL) ours++;
      else if (ofTheirs.share < 0.98)
        least.push(`| ${document.path} | ${ofTheirs.all} | ${ofTheirs.share.toFixed(3)} |`);
      if ((shareFound(mine, other).share ?? 1) >= ALL) their++;
    }
    const percent = (count: number): string => `${((100 * count) / both).toFixed(0)} %`;
    shares.push(`| ${format} | ${peer.name} | ${both} | ${percent(ours)} | ${percent(their)} |`);
  }
  const row = [
    format,
    entries.length,
    megabytes.toFixed(2),
    (letters / 1e6).toFixed(2),
    (megabytes / seconds).toFixed(2),
    (megabytes / processor).toFixed(2),
    ...paged,
    (peakBytes / 2 ** 20).toFixed(0),
    peerSpeed,
  ];
  speeds.push(`| ${row.join(' | ')} |`);
}

const report = `# Reading files

Files of ${folders.join(', ')} that are read, format by format: from a path to passages, four files ahead as a sync reads
them, the start of processes included. ${machine()}. Made by \`pnpm bench:ingest\`.

| format | files | MB | million letters | MB/s | MB per processor second | pages/s | pages per processor second | peak MiB | peer: MB per processor second |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${speeds.join('\n')}

Peak memory is what all processes together take beyond what the caller took before. The peers are started anew for each file.
Load average of the machine at the end: ${loadavg()[0]!.toFixed(1)}; above 4, others were at work, and figures a second say little.

## At least as much text

Share of the files in which one finds at least ${ALL * 100} % of the letters and digits that the other finds, each as often. What each reads
wrongly counts for it; \`pnpm bench:pdf-words\` compares words.

| format | peer | files with letters | glot finds all of the peer's | the peer finds all of glot's |
|---|---|--:|--:|--:|
${shares.join('\n')}

Files in which glot finds less than 98 % of the peer's letters${least.length > MOST_LISTED ? `, the first ${MOST_LISTED} of ${least.length}` : ''}:

| file | letters of the peer | found |
|---|--:|--:|
${least.slice(0, MOST_LISTED).join('\n')}

${messySection()}`;
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, report);
process.stdout.write(report);
