import { join } from 'node:path';
import type { JsonFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import * as z from 'zod';

export const SETTINGS = 'config_sentence_transformers.json';
export const TRANSFORMER_SETTINGS = 'sentence_bert_config.json';
/** What sentence-transformers lists the parts of a model in; folders of text models have none. */
export const MODULES = 'modules.json';

const ModulesFile = z.array(z.object({ path: z.string(), type: z.string() }));

/** A part of a model: the folder of its files, and its class in Python. */
export type ModuleEntry = z.infer<typeof ModulesFile>[number];

/** @throws GlotError `encoder.settings`, `lfm2.not-found`, `lfm2.json` */
export function readModules(files: JsonFiles): Promise<readonly ModuleEntry[]> {
  return readSettingsFile(files, MODULES, ModulesFile);
}

/** @throws GlotError `encoder.settings` where a key is missing or impossible, `lfm2.not-found`, `lfm2.json` */
export async function readSettingsFile<T extends z.ZodType>(
  files: JsonFiles,
  name: string,
  schema: T,
): Promise<z.infer<T>> {
  const parsed = schema.safeParse(await files.read(name));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidSettings(join(files.folder, name), `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

export function invalidSettings(path: string, problem: string): GlotError {
  return new GlotError(
    'encoder.settings',
    `${path} does not say how to encode: ${problem}; a late-interaction checkpoint saved by PyLate or by ` +
      'sentence-transformers (MultiVectorEncoder) is needed',
    { details: { path } },
  );
}
