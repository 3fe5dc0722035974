import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createReader, type FileEntry, walkFiles } from '@glot/ingest';
import { printedSource } from './printed-sources.js';
import { shareFound, wordCounts } from './word-counts.js';

/**
 * Words of each PDF that the reader finds, and that pdftotext (poppler-utils) finds, as shares of the words that were
 * printed where the source is here, else of those of pdftotext. Ends with 1 where the reader finds less than pdftotext in
 * a file that fixtures/pdf-words-exceptions.tsv does not excuse. node pdf-words.js [--out FILE] [FOLDER ...]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'eval/reports/pdf-words.md' } },
});
const folders =
  positionals.length > 0
    ? positionals
    : ['fixtures/printed', '../shared/cases/ingest/files/pdf', '../shared/data/messy'];

const run = promisify(execFile);
const reader = createReader();
const reasons = new Map(
  readFileSync('fixtures/pdf-words-exceptions.tsv', 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t') as [file: string, reason: string]),
);

interface Row {
  readonly file: string;
  readonly isPrinted: boolean;
  readonly words: number;
  readonly own: number;
  readonly theirs: number;
}

const rows: Row[] = [];
let withoutWords = 0;
for await (const entry of walkFiles(folders)) {
  if (!entry.path.endsWith('.pdf')) continue;
  const row = await compare(entry);
  if (row === null) withoutWords++;
  else rows.push(row);
}
await reader.dispose();

async function compare(entry: FileEntry): Promise<Row | null> {
  const read = await reader.read(entry);
  const { stdout } = await run('pdftotext', ['-enc', 'UTF-8', entry.absolutePath, '-'], { maxBuffer: 2 ** 28 }).catch(
    () => ({ stdout: '' }),
  );
  const source = printedSource(entry.absolutePath);
  const wanted = wordCounts(source ?? stdout);
  const own = shareFound(wanted, wordCounts(read.status === 'read' ? read.document.text : ''));
  const theirs = shareFound(wanted, wordCounts(stdout));
  if (own.share === null || theirs.share === null) return null;
  const file = relative('.', entry.absolutePath);
  return { file, isPrinted: source !== null, words: own.all, own: own.share, theirs: theirs.share };
}

const short = rows.filter(({ own, theirs }) => own < theirs);
const unexcused = short.filter(({ file }) => !reasons.has(nameOf(file)));

function nameOf(file: string): string {
  return file.replace(/^.*?(?=(?:messy|printed|pdf)\/)/, '');
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const printed = rows.filter(({ isPrinted }) => isPrinted);
const report = `# Words of PDFs

PDFs of ${folders.join(', ')}, by the words that glot and pdftotext (poppler-utils) find in them, each as often. Made by
\`pnpm bench:pdf-words\`, which fails where glot finds a smaller share than pdftotext without a reason in
\`fixtures/pdf-words-exceptions.tsv\`.

Of ${rows.length} files with words glot finds at least pdftotext's share in ${rows.length - short.length}; ${short.length - unexcused.length} of the others have a reason, ${unexcused.length} have none. In ${withoutWords} more
files pdftotext finds no word, and no source says that there are some.

## Smaller share than pdftotext's

Where the source is not here, the words of pdftotext itself are what is looked for, garbled ones too.

| file | words | glot | pdftotext | reason |
|---|--:|--:|--:|---|
${short.map(({ file, words, own, theirs }) => `| ${file} | ${words} | ${percent(own)} | ${percent(theirs)} | ${reasons.get(nameOf(file)) ?? '**none**'} |`).join('\n')}

## Against what was printed

| file | words | glot | pdftotext |
|---|--:|--:|--:|
${printed.map(({ file, words, own, theirs }) => `| ${file} | ${words} | ${percent(own)} | ${percent(theirs)} |`).join('\n')}
`;
writeFileSync(values.out, report);
process.stdout.write(report);
process.exitCode = unexcused.length === 0 ? 0 : 1;
