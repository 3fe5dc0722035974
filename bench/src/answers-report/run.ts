import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openEncoder } from '@glot/encoder';
import type { AnswersEvaluation } from '@glot/eval';
import { evaluateAnswers, runRedTeam } from '@glot/eval';
import { machine } from '../machine.js';
import { measureFollowUps } from './follow-ups.js';
import { measureGenerator } from './generator-path.js';
import { abstentionFigures, rescored, setFigures } from './quality.js';
import { randomChatModel } from './random-chat-model.js';
import { type AnswersReport, curvePlot, type Made, markdown } from './report.js';

/**
 * `pnpm report:answers`: measures answers and writes eval/reports/answers.{json,md,svg}. A part replaces what stood for
 * it; the other parts stay. Notes below the figures come from answers-notes.md.
 *
 * --parts    of quality, follow-ups, red-team, generator (default: all)
 * --data     folder of the question answering sets   --sample  questions a set
 * --records  keeps what was asked for quality; taken from there, and not asked again, where the file is there
 * --work     folder that keeps the random weights    --tokenizer  a byte-level tokenizer.json for them
 * --runs, --questions   of the generator part; with 0 its other half stays as it was
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'quality,follow-ups,red-team,generator' },
    data: { type: 'string', default: join(root, '../shared/data/eval') },
    sets: {
      type: 'string',
      default: 'xquad/en,xquad/de,xquad/es,xquad/ar,xquad/zh,jaquad-dev,korquad-dev-half,piaf-half',
    },
    sample: { type: 'string', default: '300' },
    records: { type: 'string' },
    reports: { type: 'string', default: join(root, 'eval/reports') },
    model: { type: 'string' },
    threads: { type: 'string', default: '2' },
    work: { type: 'string', default: join(tmpdir(), 'glot-bench-answers') },
    tokenizer: { type: 'string' },
    runs: { type: 'string', default: '7' },
    questions: { type: 'string', default: '100' },
  },
});
const parts = new Set(values.parts.split(','));
const threads = Number(values.threads);
const tell = (message: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);

const encoder = await openEncoder({ threads, model: values.model });
const made: Made = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  threads,
  encoder: `${encoder.name} (${encoder.fingerprint.slice(0, 12)})`,
};
const file = (name: string) => join(values.reports, name);
let report: AnswersReport = existsSync(file('answers.json'))
  ? JSON.parse(await readFile(file('answers.json'), 'utf8'))
  : {};

if (parts.has('quality')) {
  const kept = values.records !== undefined && existsSync(values.records);
  const asked: AnswersEvaluation[] = kept ? JSON.parse(await readFile(values.records!, 'utf8')) : [];
  for (const set of kept ? [] : values.sets.split(',')) {
    tell(set);
    asked.push(await evaluateAnswers(join(values.data, set), { encoder, sample: Number(values.sample) }));
    if (values.records !== undefined) await writeFile(values.records, JSON.stringify(asked));
  }
  const today = asked.map((evaluation) => rescored(evaluation, encoder.name));
  const abstention = today.map((evaluation) => abstentionFigures(evaluation.dataset, evaluation.asked));
  const all = abstentionFigures(
    'all together',
    today.flatMap((evaluation) => evaluation.asked),
  );
  const sets = today.map(setFigures);
  report = { ...report, quality: { ...made, sample: Number(values.sample), sets, abstention: [...abstention, all] } };
}
if (parts.has('follow-ups')) {
  tell('follow-ups');
  report = { ...report, followUps: { ...made, figures: await measureFollowUps(root, encoder) } };
}
if (parts.has('red-team')) {
  tell('red team');
  report = { ...report, redTeam: { ...made, report: await runRedTeam(join(root, 'eval/red-team'), encoder) } };
}
if (parts.has('generator')) {
  const shared = join(values.data, '../tokenizers/whisper/tokenizer.json.gz');
  const embedded = join(root, 'packages/encoder/models/glot-colbert-mini/tokenizer.json');
  const tokenizer = values.tokenizer ?? (existsSync(shared) ? shared : embedded);
  tell(`generator, with the vocabulary of ${tokenizer}`);
  const began = performance.now();
  const model = await randomChatModel(values.work, resolve(tokenizer), threads);
  const figures = await measureGenerator(model, {
    encoder,
    folder: join(values.data, 'xquad/en'),
    threads,
    loadMs: performance.now() - began,
    runs: Number(values.runs),
    questions: Number(values.questions),
    earlier: report.generator?.figures,
    log: tell,
  });
  await model.generator.dispose();
  report = { ...report, generator: { ...made, figures } };
}
await encoder.dispose();

const notes = existsSync(file('answers-notes.md')) ? await readFile(file('answers-notes.md'), 'utf8') : '';
await writeFile(file('answers.json'), `${JSON.stringify(report, null, 1)}\n`);
await writeFile(file('answers.md'), markdown(report, notes));
const all = report.quality?.abstention.at(-1);
if (all !== undefined) await writeFile(file('answers.svg'), curvePlot(all));
