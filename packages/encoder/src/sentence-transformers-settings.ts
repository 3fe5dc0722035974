import { join } from 'node:path';
import type { JsonFiles } from '@glot/checkpoints';
import { isGlotError } from '@glot/errors';
import * as z from 'zod';
import type { TextSettings } from './colbert-settings.js';
import {
  invalidSettings,
  MODULES,
  readModules,
  readSettingsFile,
  SETTINGS,
  TRANSFORMER_SETTINGS,
} from './settings-files.js';

const length = z.number().int().min(3);

const SettingsFile = z.object({
  prompts: z.object({ query: z.string().nullish(), document: z.string().nullish() }).nullish(),
  default_prompt_name: z.null().optional(),
  // Both rank documents alike.
  similarity_fn_name: z.enum(['maxsim', 'meanmaxsim']).nullish(),
  mask_expansion_in_convolutions: z.boolean().nullish(),
});

const TransformerFile = z.object({
  transformer_task: z.literal('feature-extraction').nullish(),
  max_seq_length: length.nullish(),
  query_length: length.nullish(),
  document_length: length.nullish(),
  query_expansion: z
    .object({
      /** `fixed`: every query has that length. `min`: longer ones stay as they are. */
      strategy: z.enum(['fixed', 'min']),
      attend: z.boolean().default(false),
      token: z.string().nullish(),
      length,
    })
    .nullish(),
  do_lower_case: z.literal(false).nullish(),
  processing_kwargs: z.object({}).strict().nullish(),
});

const MaskFile = z.object({
  skiplist_words: z.array(z.string()).nullish(),
  skiplist_tasks: z.union([z.literal('document'), z.tuple([z.literal('document')])]).nullish(),
  keep_only_token_ids: z.array(z.number()).max(0).nullish(),
});

const Positions = z.object({ max_position_embeddings: z.number().int().positive() });
const TokenizerFile = z.object({ model_max_length: z.number().positive().nullish() });

/** Longest text where nothing says less. */
const MOST_TOKENS = 4096;

/**
 * How a checkpoint saved by sentence-transformers 6 as a MultiVectorEncoder lays its texts out. In that library texts keep
 * their blanks, prefixes are prompts in front of the text, and convolutions do not see expansion that is not attended.
 * @throws GlotError `encoder.settings`, `lfm2.not-found`, `lfm2.json`
 */
export async function readSentenceTransformersSettings(files: JsonFiles): Promise<TextSettings> {
  const file = await readSettingsFile(files, SETTINGS, SettingsFile);
  const transformer = await readSettingsFile(files, TRANSFORMER_SETTINGS, TransformerFile);
  const expansion = transformer.query_expansion ?? null;
  const longest = await longestText(files, transformer.max_seq_length ?? MOST_TOKENS);
  const queryLength =
    expansion?.strategy === 'fixed'
      ? expansion.length
      : Math.max(transformer.query_length ?? longest, expansion?.length ?? 0);
  return {
    queryPrefix: file.prompts?.query ?? '',
    documentPrefix: file.prompts?.document ?? '',
    prefixInText: true,
    keepsBlanks: true,
    queryLength,
    documentLength: transformer.document_length ?? longest,
    queryExpansion: expansion !== null,
    expansionLength: expansion === null || expansion.length === queryLength ? null : expansion.length,
    expansionToken: expansion?.token ?? null,
    attendToExpansion: expansion?.attend ?? false,
    skiplist: await readSkiplist(files),
    lowerCase: false,
    maskedConvolution: file.mask_expansion_in_convolutions ?? true,
  };
}

async function longestText(files: JsonFiles, limit: number): Promise<number> {
  const { max_position_embeddings: positions } = await readSettingsFile(files, 'config.json', Positions);
  const tokenizer = await readSettingsFile(files, 'tokenizer_config.json', TokenizerFile);
  return Math.min(limit, positions, tokenizer.model_max_length ?? limit);
}

async function readSkiplist(files: JsonFiles): Promise<readonly string[]> {
  const masks = (await readModules(files)).filter(({ type }) => type.endsWith('MultiVectorMask'));
  const [mask, ...more] = masks;
  if (mask === undefined) return [];
  if (more.length > 0) throw invalidSettings(join(files.folder, MODULES), 'it lists several MultiVectorMask modules');
  const file = await readSettingsFile(files, join(mask.path, 'config.json'), MaskFile).catch((error: unknown) => {
    if (isGlotError(error, 'lfm2.not-found')) return { skiplist_words: [] };
    throw error;
  });
  return file.skiplist_words ?? [];
}
