import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createReader, walkFiles } from '@glot/ingest';
import { shareFound, wordCounts } from './ingest/word-counts.js';

/**
 * Which share of the words that pdftotext (poppler-utils) finds in each PDF the reader finds too, how often each, and the
 * time of both. node pdf-words.js [FOLDER ...]
 */
const { positionals } = parseArgs({ allowPositionals: true });
const folders = positionals.length > 0 ? positionals : ['../shared/cases/ingest/files/pdf', '../shared/data/messy'];
const run = promisify(execFile);
const reader = createReader();
process.stdout.write('| file | words of pdftotext | found | ms | ms of pdftotext |\n|---|--:|--:|--:|--:|\n');
for await (const entry of walkFiles(folders)) {
  if (!entry.path.endsWith('.pdf')) continue;
  const [ours, ms] = await timed(() => reader.read(entry));
  const [theirs, theirMs] = await timed(() =>
    run('pdftotext', ['-enc', 'UTF-8', entry.absolutePath, '-'], { maxBuffer: 2 ** 28 }).catch(() => ({ stdout: '' })),
  );
  const found = wordCounts(ours.status === 'read' ? ours.document.text : '');
  const { all, share } = shareFound(wordCounts(theirs.stdout), found);
  const result = ours.status === 'read' ? (share?.toFixed(3) ?? '') : ours.skipped.reason;
  process.stdout.write(
    `| ${relative('.', entry.absolutePath)} | ${all} | ${result} | ${ms.toFixed(0)} | ${theirMs.toFixed(0)} |\n`,
  );
}
await reader.dispose();

async function timed<T>(action: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await action(), performance.now() - start];
}
