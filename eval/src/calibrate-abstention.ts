import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import { calibrateAbstention } from './abstention-calibration.js';
import type { AnswersEvaluation } from './answer-figures.js';
import { evaluateAnswers } from './rag-evaluation.js';

/**
 * `node eval/dist/calibrate-abstention.js [--sample 150] [--model FOLDER] [--records FILE] FOLDER|RECORDS.json...`:
 * prints one JSON object with the figures of each data set and the calibration, to be put under the encoder's name into
 * `packages/rag/src/evidence-calibration.ts`. `--records` keeps what was asked, to be given instead of folders later.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '150' },
    model: { type: 'string' },
    threads: { type: 'string' },
    records: { type: 'string' },
  },
});
const results: AnswersEvaluation[] = [];
const folders = positionals.filter((path) => !path.endsWith('.json'));
for (const path of positionals.filter((path) => path.endsWith('.json'))) {
  results.push(...(JSON.parse(await readFile(path, 'utf8')) as AnswersEvaluation[]));
}
if (folders.length > 0) {
  const encoder = await openEncoder({
    ...(values.model !== undefined && { model: values.model }),
    ...(values.threads !== undefined && { threads: Number(values.threads) }),
  });
  for (const folder of folders) {
    process.stderr.write(`${folder}\n`);
    results.push(await evaluateAnswers(folder, { encoder, sample: Number(values.sample) }));
    if (values.records !== undefined) await writeFile(values.records, JSON.stringify(results));
  }
  await encoder.dispose();
}
const datasets = results.map(({ asked: _asked, ...figures }) => figures);
const report = calibrateAbstention(results.map((result) => result.asked));
process.stdout.write(`${JSON.stringify({ datasets, ...report }, null, 1)}\n`);
