import { GlotError } from '@glot/errors';
import type { Encoder, SearchMode } from '@glot/glot';
import { evaluateAnswers, evaluateDataset, evaluateTranslationPairs, formatTable } from '@glot/glot/evaluation';
import { openEncoder } from '@glot/glot/models';
import { ExitCode } from '../exit-code.js';
import { MODES, modelOptions } from '../options.js';
import { tellAssumedSettings } from '../terminal/assumed-settings.js';
import { createProgress } from '../terminal/progress.js';

interface EvalOptions {
  readonly split: string;
  readonly modes: string;
  readonly answers?: true | undefined;
  readonly sample?: number | undefined;
  readonly poolFactor?: number | undefined;
  readonly json?: true | undefined;
  readonly model?: string | undefined;
  readonly precision?: 'f32' | 'int8' | undefined;
  readonly threads?: number | undefined;
}

/** A BEIR folder, or a `.tsv` file of sentence pairs: finding the translation among all. */
export async function runEval(path: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  if (options.answers) return runAnswers(path, options, signal);
  return /\.tsv(\.gz)?$/.test(path) ? runPairs(path, options, signal) : runDataset(path, options, signal);
}

async function openChosen(options: EvalOptions): Promise<Encoder> {
  const chosen = await modelOptions(options);
  const encoder = await openEncoder(chosen);
  await tellAssumedSettings(chosen.model);
  return encoder;
}

async function runPairs(file: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  const progress = createProgress();
  const encoder = await openChosen(options);
  try {
    const result = await evaluateTranslationPairs(file, {
      encoder,
      signal,
      onProgress: (done, total) => progress.update(`search: ${done}/${total}`),
    });
    progress.clear();
    const text = `${result.dataset}: accuracy@1 ${result.accuracy.toFixed(4)} of ${result.pairs} pairs, ${result.direction}`;
    process.stdout.write(`${options.json ? JSON.stringify(result) : text}\n`);
    return ExitCode.found;
  } finally {
    progress.clear();
    await encoder.dispose();
  }
}

/** What `glot ask` makes of the questions of a BEIR folder with `answers.jsonl`. */
async function runAnswers(dir: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  const progress = createProgress();
  const encoder = await openChosen(options);
  try {
    const { asked, ...figures } = await evaluateAnswers(dir, {
      encoder,
      signal,
      sample: options.sample,
      onProgress: (state) => progress.update(`${state.phase}: ${state.done}/${state.total}`),
    });
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : `${formatFigures(figures)}\n`);
    return asked.length === 0 ? ExitCode.nothingFound : ExitCode.found;
  } finally {
    progress.clear();
    await encoder.dispose();
  }
}

/** A name and a figure a line. */
function formatFigures(figures: Readonly<Record<string, string | number | null>>): string {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  const lines = Object.entries(figures).map(([name, value]) => {
    const shown = typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : (value ?? '-');
    return `${name.padEnd(width)}  ${shown}`;
  });
  return lines.join('\n');
}

async function runDataset(dir: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  const modes = parseModes(options.modes);
  const progress = createProgress();
  const encoder = await openChosen(options);
  try {
    const result = await evaluateDataset(dir, {
      encoder,
      modes,
      split: options.split,
      poolFactor: options.poolFactor,
      signal,
      onProgress: (state) => progress.update(`${state.phase}: ${state.done}/${state.total}`),
    });
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${formatTable([result])}\n`);
    return ExitCode.found;
  } finally {
    progress.clear();
    await encoder.dispose();
  }
}

function parseModes(list: string): SearchMode[] {
  const names = list.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!MODES.includes(name as SearchMode)) {
      throw new GlotError('cli.unknown-mode', `unknown mode ${JSON.stringify(name)}; there are ${MODES.join(', ')}`);
    }
  }
  return names as SearchMode[];
}
