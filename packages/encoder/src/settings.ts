import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GlotError, isGlotError } from '@glot/errors';
import { readJson } from '@glot/lfm2';
import { z } from 'zod';

/** How a late-interaction checkpoint wants its texts laid out, by its own files. Lengths are in tokens. */
export interface ColbertSettings {
  /** One added token each, trailing blank included; empty for none. */
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Final lengths, markers included. */
  readonly queryLength: number;
  readonly documentLength: number;
  /** Whether queries are filled up to their length, and the filling scored. */
  readonly queryExpansion: boolean;
  /** Whether other tokens see the filling. */
  readonly attendToExpansion: boolean;
  /** Tokens whose vectors documents leave out. */
  readonly skiplist: readonly string[];
  readonly lowerCase: boolean;
  readonly projection: Projection;
}

/** The matrix from hidden states to token vectors. */
export interface Projection {
  /** Safetensors or GGUF file. */
  readonly path: string;
  /** Its tensors: NAME.weight [outputs, inputs], and NAME.bias [outputs] where `bias` is set. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

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
});

const ModulesFile = z.array(z.object({ path: z.string(), type: z.string() }));

const BertFile = z.object({ do_lower_case: z.boolean().default(false) });

const DenseFile = z.object({
  in_features: z.number().int().positive(),
  out_features: z.number().int().positive(),
  bias: z.boolean(),
  activation_function: z.string().endsWith('Identity'),
  use_residual: z.literal(false).optional(),
});

/** What a checkpoint says of its texts, and not of its weights. */
export type TextSettings = Omit<ColbertSettings, 'projection'>;

const SETTINGS = 'config_sentence_transformers.json';
/** What sentence-transformers lists the parts of a model in; folders of text models have none. */
const MODULES = 'modules.json';

/**
 * Reads the settings of a PyLate folder. Nothing is guessed: a key that changes vectors must be there.
 * @throws GlotError `encoder.settings`; `encoder.no-projection` for other models; `lfm2.not-found` and `lfm2.json` for
 *   files that are missing or broken
 */
export async function readSettings(folder: string): Promise<ColbertSettings> {
  if (!(await hasModules(folder))) {
    throw noProjection(folder, `it lacks ${MODULES}, which PyLate saves with such a checkpoint`);
  }
  return { ...(await readTextSettings(folder)), projection: await readProjection(folder) };
}

/** Whether a folder lists its parts as sentence-transformers does. */
export function hasModules(folder: string): Promise<boolean> {
  return isFile(join(folder, MODULES));
}

/** Whether a folder holds settings as `readTextSettings` reads them. */
export function hasTextSettings(folder: string): Promise<boolean> {
  return isFile(join(folder, SETTINGS));
}

/** @throws GlotError `encoder.settings`, `lfm2.not-found`, `lfm2.json` */
export async function readTextSettings(folder: string): Promise<TextSettings> {
  const file = await read(folder, SETTINGS, SettingsFile);
  const bert = await read(folder, 'sentence_bert_config.json', BertFile).catch((error: unknown) => {
    // sentence-transformers writes this file, but works without it; lower-casing is off then.
    if (isGlotError(error, 'lfm2.not-found')) return { do_lower_case: false };
    throw error;
  });
  return {
    queryPrefix: file.query_prefix,
    documentPrefix: file.document_prefix,
    queryLength: file.query_length,
    documentLength: file.document_length,
    queryExpansion: file.do_query_expansion,
    attendToExpansion: file.attend_to_expansion_tokens,
    skiplist: file.skiplist_words,
    lowerCase: bert.do_lower_case,
  };
}

/** A model that is no late-interaction encoder. */
export function noProjection(path: string, problem: string): GlotError {
  return new GlotError('encoder.no-projection', `${path} is no late-interaction encoder: ${problem}`, {
    details: { path },
  });
}

async function readProjection(folder: string): Promise<Projection> {
  const modules = await read(folder, MODULES, ModulesFile);
  const [trunk, dense, ...more] = modules;
  const transformer = trunk?.path === '' && trunk.type.endsWith('Transformer');
  if (!transformer || !dense?.type.endsWith('Dense') || !/^\w+$/.test(dense.path) || more.length > 0) {
    throw invalid(join(folder, MODULES), 'it must list a Transformer in the folder itself, then one Dense module');
  }
  const file = await read(folder, join(dense.path, 'config.json'), DenseFile);
  return {
    path: join(folder, dense.path, 'model.safetensors'),
    name: 'linear',
    inputs: file.in_features,
    outputs: file.out_features,
    bias: file.bias,
  };
}

async function read<T extends z.ZodType>(folder: string, name: string, schema: T): Promise<z.infer<T>> {
  const path = join(folder, name);
  const parsed = schema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(path, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

function invalid(path: string, problem: string): GlotError {
  return new GlotError(
    'encoder.settings',
    `${path} does not say how to encode: ${problem}; a late-interaction checkpoint saved by PyLate is needed`,
    { details: { path } },
  );
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
