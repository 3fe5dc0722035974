import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createReader, walkFiles } from '@glot/ingest';

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
  const wanted = countsOf(theirs.stdout);
  const found = countsOf(ours.status === 'read' ? ours.document.text : '');
  let all = 0;
  let both = 0;
  for (const [word, count] of wanted) {
    all += count;
    both += Math.min(count, found.get(word) ?? 0);
  }
  const share = all === 0 ? '' : (both / all).toFixed(3);
  const result = ours.status === 'read' ? share : ours.skipped.reason;
  process.stdout.write(
    `| ${relative('.', entry.absolutePath)} | ${all} | ${result} | ${ms.toFixed(0)} | ${theirMs.toFixed(0)} |\n`,
  );
}
await reader.dispose();

async function timed<T>(action: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await action(), performance.now() - start];
}

/** Words as pdftotext and the reader may write them alike: line-end hyphens and direction marks make no difference. */
function countsOf(text: string): Map<string, number> {
  const folded = text
    .replace(/[\u00ad\u2010-]\s*\n\s*/gu, '')
    .replace(/[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u2010-]/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  const counts = new Map<string, number>();
  for (const [run] of folded.matchAll(/[\p{L}\p{M}\p{N}\u200c\u200d]+/gu)) {
    const words = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(run) ? Array.from(run) : [run];
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
