import {
  type ConvertedWeights,
  convertEncoder,
  convertModel,
  type EncoderPrecision,
  isEncoder,
  type Precision,
  resolveModel,
} from '@glot/glot/models';
import { ExitCode } from '../exit-code.js';
import { tellAssumedSettings } from '../terminal/assumed-settings.js';
import { megabytes } from '../terminal/megabytes.js';
import { printable } from '../terminal/printable.js';
import { createProgress } from '../terminal/progress.js';

interface ConvertCommandOptions {
  readonly precision?: Precision | undefined;
  readonly json?: true | undefined;
}

/** `glot models convert`: weights in the form that loads quickly. */
export async function runModelsConvert(
  name: string,
  { precision, json }: ConvertCommandOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const path = await resolveModel(name);
  const kind = (await isEncoder(path)) ? 'encoder' : 'generator';
  const progress = createProgress();
  progress.update(`converting ${printable(name)}`);
  const start = performance.now();
  const weights = await convert(path, kind, precision, signal).finally(() => progress.clear());
  const elapsedMs = Math.round(performance.now() - start);
  if (kind === 'encoder') await tellAssumedSettings(path);
  if (json) {
    process.stdout.write(`${JSON.stringify({ name, kind, weights, elapsedMs })}\n`);
    return ExitCode.found;
  }
  for (const { folder } of weights) process.stdout.write(`${folder}\n`);
  const made = weights.some((one) => one.made) ? 'converted:' : 'was converted before:';
  const parts = weights.map((one) => `${one.precision} ${megabytes(one.bytes)}`).join(', ');
  process.stderr.write(`${printable(name)} (${kind}) ${made} ${parts}, ${(elapsedMs / 1000).toFixed(1)} s\n`);
  return ExitCode.found;
}

function convert(
  path: string,
  kind: 'encoder' | 'generator',
  precision: Precision | undefined,
  signal: AbortSignal,
): Promise<ConvertedWeights[]> {
  if (kind === 'generator') return convertModel(path, { signal, precision });
  // One that encoders don't have is refused there.
  return convertEncoder(path, { signal, precision: precision as EncoderPrecision });
}
