import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Encoder, openEncoder } from '@glot/encoder';
import { evaluateDataset, evaluateTranslationPairs, loadBeirDataset, passageText } from '@glot/eval';
import { machine } from '../machine.js';
import { percentile } from '../quantiles.js';
import type { EncodingFigures, ModelReport, SetFigures } from './figures.js';
import { markdown } from './markdown.js';

/**
 * `pnpm report:model`: quality and speed of the embedded model (or of --model) through glot, into
 * eval/reports/model.{md,json}. What is measured replaces what stood for it as long as the model is the same.
 *
 * --data  folder of evaluation sets   --sets, --parts (of sets, pairs, speed)   --runs  of the speed part
 */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const SETS = [
  ...['xquad/en', 'xquad/de', 'xquad/es', 'xquad/ar', 'xquad/zh', 'jaquad-dev', 'korquad-dev-half', 'piaf-half'],
  ...['cmrc2018-dev-third', 'arcd-test', 'xquad-it-from-squad-it', 'faquad-dev'],
  ...['squad-fr-translated-test', 'squad-ja-translated-test', 'xquad-crosslingual/mixed', 'xquad-crosslingual/pooled'],
];
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(root, '../shared/data/eval') },
    model: { type: 'string' },
    sets: { type: 'string', default: SETS.join(',') },
    parts: { type: 'string', default: 'sets,pairs,speed' },
    runs: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    reports: { type: 'string', default: join(root, 'eval/reports') },
  },
});
const threads = Number(values.threads);
const parts = new Set(values.parts.split(','));
const tell = (message: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
const encoder = await openEncoder({ threads, model: values.model });
const model = `${encoder.name} (${encoder.fingerprint.slice(0, 12)})`;
const json = join(values.reports, 'model.json');
const before = existsSync(json) ? (JSON.parse(await readFile(json, 'utf8')) as ModelReport) : null;
let report: ModelReport = {
  ...(before?.model === model ? before : { sets: [], pairs: {}, encoding: null }),
  made: new Date().toISOString().slice(0, 10),
  machine: machine(),
  threads,
  model,
  modelBytes: await folderBytes(values.model ?? join(root, 'packages/encoder/models/glot-colbert-mini')),
};

try {
  if (parts.has('speed')) await keep({ encoding: await encodingSpeed(encoder, Number(values.runs)) });
  if (parts.has('pairs')) {
    const files = (await readdir(join(values.data, 'tatoeba'))).filter((name) => name.endsWith('.tsv')).sort();
    for (const name of files) {
      const { accuracy, dataset } = await evaluateTranslationPairs(join(values.data, 'tatoeba', name), { encoder });
      tell(`${dataset}: ${accuracy.toFixed(3)}`);
      await keep({ pairs: { ...report.pairs, [dataset]: accuracy } });
    }
  }
  for (const set of parts.has('sets') ? values.sets.split(',') : []) {
    const { passages, queries, modes } = await evaluateDataset(join(values.data, set), {
      encoder,
      measures: ['nDCG@10'],
    });
    const value = (mode: 'lexical' | 'semantic' | 'hybrid') => modes[mode]!['nDCG@10']!;
    const figures: SetFigures = {
      set,
      passages,
      queries,
      modes: { lexical: value('lexical'), semantic: value('semantic'), hybrid: value('hybrid') },
    };
    tell(`${set}: ${JSON.stringify(figures.modes)}`);
    const sets = [...report.sets.filter((other) => other.set !== set), figures];
    await keep({ sets: sets.sort((a, b) => SETS.indexOf(a.set) - SETS.indexOf(b.set)) });
  }
} finally {
  await encoder.dispose();
}

async function keep(change: Partial<ModelReport>): Promise<void> {
  report = { ...report, ...change };
  await writeFile(json, `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(values.reports, 'model.md'), markdown(report));
}

async function encodingSpeed(of: Encoder, runs: number): Promise<EncodingFigures> {
  const { passages, queries } = await loadBeirDataset(join(values.data, 'xquad/de'));
  const texts = passages.slice(0, 96).map(passageText);
  const asked = queries.slice(0, 50).map(({ text }) => text);
  let tokens = 0;
  for (const text of texts) tokens += Math.min(of.countTokens(text), of.documentLength);
  const queryMs: number[] = [];
  const perSecond: number[] = [];
  // The first run warms up and is not counted.
  for (let run = 0; run <= runs; run += 1) {
    let began = performance.now();
    for (const text of asked) await of.encodeQueries([text]);
    if (run > 0) queryMs.push((performance.now() - began) / asked.length);
    began = performance.now();
    await of.encodeDocuments(texts);
    if (run > 0) perSecond.push((tokens / (performance.now() - began)) * 1000);
  }
  return { queryMs: percentile(queryMs, 0.5), documentTokensPerSecond: percentile(perSecond, 0.5), runs };
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // The golden values and the card are no part of the model.
    if (!entry.isFile() || basename(entry.parentPath) === 'golden' || entry.name.endsWith('.md')) continue;
    bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
