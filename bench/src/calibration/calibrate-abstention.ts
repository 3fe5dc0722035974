import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import type { AnswersEvaluation } from '@glot/eval';
import { type CalibrationReport, calibrateAbstention, evaluateAnswers } from '@glot/eval';
import { EVIDENCE_CALIBRATIONS } from '@glot/rag';
import { calibrationSource } from './calibration-source.js';

/**
 * `pnpm calibrate:abstention`: asks questions with and without the passages that answer them, fits the weights of the
 * evidence and writes them into `packages/rag/src/evidence/evidence-calibration.ts`; prints one JSON object with the figures.
 *
 * FOLDER...  BEIR folders; default: those sets of ../shared/data/eval that the report does not measure
 * --write FILE   the source to write; default: none, the object is all
 * --records FILE keeps what was asked; taken from there, and not asked again, where the file is there
 * --sample 200   questions a set       --model FOLDER   --threads N
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '200' },
    model: { type: 'string' },
    threads: { type: 'string' },
    records: { type: 'string' },
    write: { type: 'string' },
  },
});
const DATA = fileURLToPath(new URL('../../../../shared/data/eval', import.meta.url));
const DEFAULT_SETS = [
  'squad-fr-translated-test',
  'squad-ja-translated-test',
  'faquad-dev',
  'cmrc2018-dev-third',
  'arcd-test',
  'xquad-it-from-squad-it',
];
const folders = positionals.length > 0 ? positionals : DEFAULT_SETS.map((set) => join(DATA, set));
const encoder = await openEncoder({
  model: values.model,
  ...(values.threads !== undefined && { threads: Number(values.threads) }),
});
const kept = values.records !== undefined && existsSync(values.records);
const results: AnswersEvaluation[] = kept ? JSON.parse(await readFile(values.records!, 'utf8')) : [];
for (const folder of kept ? [] : folders) {
  process.stderr.write(`${folder}\n`);
  results.push(await evaluateAnswers(folder, { encoder, sample: Number(values.sample) }));
  if (values.records !== undefined) await writeFile(values.records, JSON.stringify(results));
}
await encoder.dispose();
const datasets = results.map(({ asked: _asked, ...figures }) => figures);
const report = calibrateAbstention(results.map((result) => result.asked));
if (values.write !== undefined) {
  const others = Object.entries(EVIDENCE_CALIBRATIONS).filter(([name]) => name !== encoder.name);
  const source = calibrationSource({
    ...Object.fromEntries(others.map(([name, calibration]) => [name, { calibration, note: [] }])),
    [encoder.name]: { calibration: report.calibration, note: noteOf(report) },
  });
  await writeFile(values.write, source);
}
process.stdout.write(`${JSON.stringify({ datasets, ...report }, null, 1)}\n`);

function noteOf({ heldOut }: CalibrationReport): string[] {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const questions = results.reduce((sum, { questions }) => sum + questions, 0);
  return [
    `Encoder ${encoder.fingerprint.slice(0, 12)}; ${questions} questions, each also without its passages, of`,
    `${results.map(({ dataset }) => dataset).join(', ')}.`,
    `Of the half not fitted: ${percent(heldOut.answeredOfAnswerable)} of the answerable answered, ${percent(heldOut.abstainedOfUnanswerable)} of the others abstained from.`,
  ];
}
