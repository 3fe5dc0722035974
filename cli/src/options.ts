/**
 * The flags that several commands share, each defined once.
 * @module
 */

import { GlotError } from '@glot/errors';
import type { SearchMode } from '@glot/glot';
import { InvalidArgumentError, Option } from 'commander';
import type { FilterOptions } from './filter-options.js';
import { DEFAULT_INDEX, nearestIndex } from './nearest-index.js';

export interface IndexOptions {
  readonly index: string;
  readonly json?: true | undefined;
  readonly model?: string | undefined;
  readonly precision?: 'f32' | 'int8' | undefined;
  readonly threads?: number | undefined;
}

export interface QueryOptions extends IndexOptions {
  readonly mode: SearchMode;
  readonly k: number;
}

export interface SearchOptions extends QueryOptions, FilterOptions {
  readonly explain?: true | undefined;
  readonly files?: true | undefined;
  readonly format?: 'vimgrep' | undefined;
  readonly full?: true | undefined;
  readonly null?: true | undefined;
}

export const MODES: readonly SearchMode[] = ['hybrid', 'semantic', 'lexical'];

export const indexOption = () =>
  new Option('--index <file>', 'index file')
    .env('GLOT_INDEX')
    .default(nearestIndex(), `${DEFAULT_INDEX}, here or in the nearest folder above`);

/** For commands that make an index: it comes to the working folder. */
export const newIndexOption = () => new Option('--index <file>', 'index file').env('GLOT_INDEX').default(DEFAULT_INDEX);

export const jsonOption = () => new Option('--json', 'print one JSON object');

export const modelOption = () =>
  new Option('--model <model>', 'late-interaction model: a folder, a .gguf file or a pulled name').env('GLOT_MODEL');

export const precisionOption = () =>
  new Option(
    '--precision <kind>',
    'of the weights of that model (default: as the index was made, or f32); an index keeps to one',
  )
    .choices(['f32', 'int8'])
    .env('GLOT_PRECISION');

export const threadsOption = () => new Option('--threads <n>', 'compute threads').argParser(positiveInteger);

export const poolFactorOption = () =>
  new Option('--pool-factor <n>', 'keep about one vector for so many tokens').argParser(positiveInteger);

export const modeOption = () => new Option('--mode <mode>', 'how to rank').choices(MODES).default('hybrid');

export const countOption = (what: string, count: number) =>
  new Option('-k <n>', what).argParser(positiveInteger).default(count);

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 10_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 10000.');
  }
  return number;
}

/** The words of a query given without quotes, joined. @throws GlotError `cli.empty-query` */
export function queryText(words: readonly string[]): string {
  const text = words.join(' ').trim();
  if (text === '')
    throw new GlotError(
      'cli.empty-query',
      'the query is empty: say what to look for, as in `glot search "opening hours"`',
    );
  return text;
}

/** What `openGlot` and `openEncoder` take of the shared flags; a pulled model's name becomes its place. */
export async function modelOptions(options: Pick<IndexOptions, 'model' | 'precision' | 'threads'>) {
  return {
    ...(options.model !== undefined && { model: await modelPlace(options.model) }),
    precision: options.precision,
    threads: options.threads,
  };
}

async function modelPlace(nameOrPath: string): Promise<string> {
  const { resolveModel } = await import('@glot/glot/models');
  return resolveModel(nameOrPath);
}
