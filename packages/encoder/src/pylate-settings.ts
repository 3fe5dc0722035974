import type { JsonFiles } from '@glot/checkpoints';
import { isGlotError } from '@glot/errors';
import * as z from 'zod';
import { PYLATE_CONVENTIONS, type TextSettings } from './colbert-settings.js';
import { readSettingsFile, SETTINGS, TRANSFORMER_SETTINGS } from './settings-files.js';

const length = z.number().int().min(3);

const SettingsFile = z.object({
  query_prefix: z.string(),
  document_prefix: z.string(),
  query_length: length,
  document_length: length,
  do_query_expansion: z.boolean(),
  attend_to_expansion_tokens: z.boolean(),
  skiplist_words: z.array(z.string()),
  similarity_fn_name: z.literal('MaxSim').nullish(),
  default_prompt_name: z.null().optional(),
  mask_expansion_in_convolutions: z.boolean().nullish(),
});

const TransformerFile = z.object({ do_lower_case: z.boolean().default(false) });

/**
 * How a checkpoint saved by PyLate lays its texts out. Nothing is guessed: a key that changes vectors must be there.
 * @throws GlotError `encoder.settings`, `lfm2.not-found`, `lfm2.json`
 */
export async function readPylateSettings(files: JsonFiles): Promise<TextSettings> {
  const file = await readSettingsFile(files, SETTINGS, SettingsFile);
  const transformer = await readSettingsFile(files, TRANSFORMER_SETTINGS, TransformerFile).catch((error: unknown) => {
    // sentence-transformers writes this file, but works without it; lower-casing is off then.
    if (isGlotError(error, 'lfm2.not-found')) return { do_lower_case: false };
    throw error;
  });
  return {
    ...PYLATE_CONVENTIONS,
    queryPrefix: file.query_prefix,
    documentPrefix: file.document_prefix,
    queryLength: file.query_length,
    documentLength: file.document_length,
    queryExpansion: file.do_query_expansion,
    attendToExpansion: file.attend_to_expansion_tokens,
    skiplist: file.skiplist_words,
    lowerCase: transformer.do_lower_case,
    maskedConvolution: file.mask_expansion_in_convolutions ?? PYLATE_CONVENTIONS.maskedConvolution,
  };
}
