import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import { calibrateAbstention } from './abstention-calibration.js';
import { type AnswersEvaluation, evaluateAnswers } from './rag-evaluation.js';

/**
 * `node eval/dist/calibrate-abstention.js [--sample 150] [--model FOLDER] BEIR-FOLDER...`: prints one JSON object with
 * the figures of each data set and the calibration, to be put under the encoder's name into
 * `packages/rag/src/evidence-calibration.ts`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string', default: '150' }, model: { type: 'string' }, threads: { type: 'string' } },
});
const encoder = await openEncoder({
  ...(values.model !== undefined && { model: values.model }),
  ...(values.threads !== undefined && { threads: Number(values.threads) }),
});
const results: AnswersEvaluation[] = [];
for (const folder of positionals) {
  process.stderr.write(`${folder}\n`);
  results.push(await evaluateAnswers(folder, { encoder, sample: Number(values.sample) }));
}
await encoder.dispose();
const datasets = results.map(({ asked: _asked, ...figures }) => figures);
const report = calibrateAbstention(results.map((result) => result.asked));
process.stdout.write(
  `${JSON.stringify({ encoder: encoder.name, fingerprint: encoder.fingerprint, datasets, ...report }, null, 1)}\n`,
);
