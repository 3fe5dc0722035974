import { convertModel } from '@glot/lfm2';
import { ExitCode } from '../exit-code.js';

interface ConvertCommandOptions {
  readonly precision: 'f32' | 'int8' | 'int4';
  readonly json?: true;
}

/** `glot models convert`: weights in the form that loads quickly. */
export async function runModelsConvert(name: string, { precision, json }: ConvertCommandOptions): Promise<ExitCode> {
  const folder = await convertModel(name, { precision });
  process.stdout.write(json ? `${JSON.stringify({ name, precision, folder })}\n` : `${folder}\n`);
  return ExitCode.found;
}
