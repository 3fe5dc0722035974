import { openEncoder } from '@glot/encoder';
import { GlotError } from '@glot/errors';
import { evaluateDataset, evaluateTranslationPairs, formatTable } from '@glot/eval';
import type { SearchMode } from '@glot/index';
import { ExitCode } from '../exit-code.js';
import { MODES, modelOptions } from '../options.js';
import { createProgress } from '../terminal/progress.js';

interface EvalOptions {
  readonly split: string;
  readonly modes: string;
  readonly json?: true;
  readonly model?: string;
  readonly threads?: number;
}

/** A BEIR folder, or a `.tsv` file of sentence pairs: finding the translation among all. */
export async function runEval(path: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  return /\.tsv(\.gz)?$/.test(path) ? runPairs(path, options, signal) : runDataset(path, options, signal);
}

async function runPairs(file: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  const progress = createProgress();
  const encoder = await openEncoder(await modelOptions(options));
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

async function runDataset(dir: string, options: EvalOptions, signal: AbortSignal): Promise<ExitCode> {
  const modes = parseModes(options.modes);
  const progress = createProgress();
  const encoder = await openEncoder(await modelOptions(options));
  try {
    const result = await evaluateDataset(dir, {
      encoder,
      modes,
      split: options.split,
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
