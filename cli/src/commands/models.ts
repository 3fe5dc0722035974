/**
 * `glot models`: the checkpoints on this machine, and how they come here.
 * @module
 */

import { listModels, modelPath, pullModel, verifyModel } from '@glot/glot/models';
import { ExitCode } from '../exit-code.js';
import { count } from '../terminal/count.js';
import { megabytes } from '../terminal/megabytes.js';
import { createProgress } from '../terminal/progress.js';

interface JsonOption {
  readonly json?: true;
}

interface PullCommandOptions extends JsonOption {
  readonly revision?: string | undefined;
}

export async function runModelsList(options: JsonOption): Promise<ExitCode> {
  const models = await listModels();
  if (options.json) process.stdout.write(`${JSON.stringify({ models })}\n`);
  else for (const model of models) process.stdout.write(`${model.name}  ${megabytes(model.bytes)}  ${model.folder}\n`);
  if (models.length === 0 && !options.json) {
    process.stderr.write('no models pulled yet; the embedded one needs none. `glot models pull OWNER/NAME` gets one\n');
  }
  return models.length === 0 ? ExitCode.nothingFound : ExitCode.found;
}

export async function runModelsPull(name: string, options: PullCommandOptions, signal: AbortSignal): Promise<ExitCode> {
  const progress = createProgress();
  try {
    const { model, path, changed } = await pullModel(name, {
      revision: options.revision,
      signal,
      onProgress: (state) =>
        progress.update(`pulling ${name}: ${megabytes(state.bytes)} of ${megabytes(state.totalBytes)}, ${state.path}`),
    });
    progress.clear();
    if (options.json) process.stdout.write(`${JSON.stringify({ model, path, changed })}\n`);
    else {
      const what = `${count(model.files.length, 'file')}, ${megabytes(model.bytes)}`;
      process.stdout.write(`${path}\n`);
      process.stderr.write(changed ? `pulled ${model.name}: ${what}, all checked\n` : `${model.name} is up to date\n`);
    }
    return ExitCode.found;
  } finally {
    progress.clear();
  }
}

export async function runModelsVerify(name: string, options: JsonOption, signal: AbortSignal): Promise<ExitCode> {
  const progress = createProgress();
  const result = await verifyModel(name, {
    signal,
    onProgress: (state) => progress.update(`checking ${megabytes(state.bytes)} of ${megabytes(state.totalBytes)}`),
  }).finally(() => progress.clear());
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    for (const file of result.files) process.stdout.write(`${file.state.padEnd(8)} ${file.path}\n`);
    if (!result.sound)
      process.stderr.write(`glot: ${result.name} is damaged; \`glot models pull ${result.name}\` mends it\n`);
  }
  return result.sound ? ExitCode.found : ExitCode.error;
}

export async function runModelsPath(name: string): Promise<ExitCode> {
  process.stdout.write(`${await modelPath(name)}\n`);
  return ExitCode.found;
}
