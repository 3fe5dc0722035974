import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Encoder, openEncoder } from '@glot/encoder';
import { evaluateDataset } from '@glot/eval';
import { beirFolders } from './beir-folders.js';

/**
 * What int8 weights change, against f32 ones: the cosine of each token vector over a corpus of files, and nDCG@10 of
 * BEIR folders by MaxSim alone. node precision-report.js [--model FOLDER] [--corpus FOLDER] [--sets FOLDER]
 *   [--threads 2] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    corpus: { type: 'string', default: 'fixtures/corpus' },
    sets: { type: 'string', default: '../shared/data/eval' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: 'eval/reports/precision.md' },
  },
});
/** What holds its text as it stands; the bytes of other formats are no text. */
const TEXT_FILE = /\.(md|txt|html)$/;

const log = (text: string) => process.stderr.write(`${text}\n`);
const shared = { threads: Number(values.threads), model: values.model };
const exact = await openEncoder(shared);
const rounded = await openEncoder({ ...shared, precision: 'int8' });

const rows = await cosines(values.corpus);
const lines: string[] = [];
let worst = 0;
for (const folder of await beirFolders(values.sets)) {
  const of = async (encoder: Encoder) => {
    const { modes } = await evaluateDataset(folder, { encoder, modes: ['semantic'], measures: ['nDCG@10'] });
    return modes.semantic!['nDCG@10']!;
  };
  const [f32, int8] = [await of(exact), await of(rounded)];
  worst = Math.max(worst, Math.abs(int8 - f32));
  lines.push(
    `| ${relative(values.sets, folder)} | ${f32.toFixed(4)} | ${int8.toFixed(4)} | ${(int8 - f32).toFixed(4)} |`,
  );
  log(lines.at(-1)!);
}
await Promise.all([exact.dispose(), rounded.dispose()]);

const below = rows.filter((cosine) => cosine < 0.999).length;
const ordered = Float64Array.from(rows).sort();
const report = `# What int8 weights change

\`pnpm report:precision\`. The encoder ${exact.name} with int8 weights (a scale per output; inputs rounded to int8 with a scale per token; the vocabulary in int8 blocks of 32) against the same with f32 weights. ${cpus()[0]?.model.trim()}, threads: ${values.threads}, Node.js ${process.version}, onnxruntime-node 1.30.0.

## Token vectors

Cosine of each token vector over the ${rows.length} document vectors of ${values.corpus} (Markdown, text and HTML files): smallest ${ordered[0]!.toFixed(5)}, 1st percentile ${ordered[Math.floor(ordered.length / 100)]!.toFixed(5)}, median ${ordered[Math.floor(ordered.length / 2)]!.toFixed(5)}; below 0.999: ${below}.

## Retrieval

nDCG@10 of MaxSim alone. The largest difference is ${worst.toFixed(4)}.

| data set | f32 | int8 | difference |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
await mkdir(join(values.out, '..'), { recursive: true });
await writeFile(values.out, report);
process.stdout.write(report);

/** Cosine of every token vector of all text files below a folder. */
async function cosines(folder: string): Promise<number[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && TEXT_FILE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = (await Promise.all(paths.sort().map((path) => readFile(path, 'utf8')))).flatMap(pieces);
  const [a, b] = [await exact.encodeDocuments(texts), await rounded.encodeDocuments(texts)];
  const { dim } = exact;
  const result: number[] = [];
  for (let row = 0; row < a.data.length; row += dim) {
    let dot = 0;
    for (let i = row; i < row + dim; i += 1) dot += a.data[i]! * b.data[i]!;
    result.push(dot);
  }
  return result;
}

/** Paragraphs, since a document is cut off where the encoder's length ends. */
function pieces(text: string): string[] {
  return text.split(/\n\s*\n/u).filter((piece) => piece.trim() !== '');
}
