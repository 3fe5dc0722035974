import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import { evaluateDataset, withEncoding } from '@glot/eval';
import { beirFolders } from './beir-folders.js';

/**
 * What pooling the tokens of documents changes: nDCG@10 of BEIR folders by pool factor, and how many vectors are left.
 * node pooling-report.js [--model FOLDER] [--sets FOLDER] [--factors 1,2,3] [--threads 2] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    sets: { type: 'string', default: '../shared/data/eval' },
    factors: { type: 'string', default: '1,2,3' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: 'eval/reports/pooling.md' },
  },
});
const MODES = ['semantic', 'hybrid'] as const;
const factors = values.factors.split(',').map(Number);
const encoder = await openEncoder({
  threads: Number(values.threads),
  model: values.model,
});
let vectors = 0;
const counting = withEncoding(encoder, {
  encodeDocuments: async (texts, options) => {
    const made = await encoder.encodeDocuments(texts, options);
    vectors += made.data.length / made.dim;
    return made;
  },
});
const kept = factors.map(() => 0);
const sums = factors.map(() => MODES.map(() => 0));
const lines: string[] = [];
const folders = await beirFolders(values.sets);
for (const folder of folders) {
  const cells: string[] = [];
  for (const [at, poolFactor] of factors.entries()) {
    vectors = 0;
    const { modes } = await evaluateDataset(folder, {
      encoder: counting,
      modes: MODES,
      measures: ['nDCG@10'],
      poolFactor,
    });
    kept[at]! += vectors;
    MODES.forEach((mode, of) => {
      sums[at]![of]! += modes[mode]!['nDCG@10']!;
      cells.push(modes[mode]!['nDCG@10']!.toFixed(4));
    });
  }
  lines.push(`| ${relative(values.sets, folder)} | ${cells.join(' | ')} |`);
  process.stderr.write(`${lines.at(-1)}\n`);
}
await encoder.dispose();

const means = sums.flatMap((of) => of.map((sum) => (sum / folders.length).toFixed(4)));
const shares = kept.flatMap((count) => [`${((100 * count) / kept[0]!).toFixed(1)} %`, '']);
const report = `# What pooling tokens changes

\`pnpm report:pooling\`: nDCG@10 through glot, exhaustive search, with the tokens of passages pooled by a factor (Ward clusters, \`packages/encoder/src/token-pooling.ts\`). Encoder ${encoder.name} (${encoder.fingerprint.slice(0, 12)}), ${cpus()[0]?.model.trim()}, threads: ${values.threads}, Node.js ${process.version}.

| data set | ${factors.flatMap((factor) => MODES.map((mode) => `${mode}, ${factor}`)).join(' | ')} |
| --- | ${factors.flatMap(() => MODES.map(() => '---')).join(' | ')} |
${lines.join('\n')}
| mean | ${means.join(' | ')} |
| vectors left | ${shares.join(' | ')} |
`;
await writeFile(values.out, report);
process.stdout.write(report);
