import type { ReadQuery, SearchFilter } from '@glot/glot';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** The flags that narrow a search to some documents; they act before ranking. */
export interface FilterOptions {
  readonly path?: string | undefined;
  readonly lang?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly since?: number | undefined;
  readonly before?: number | undefined;
  readonly where?: Readonly<Record<string, string>> | undefined;
}

export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--path <glob>', 'only documents whose path matches, as in "docs/**/*.md"'))
    .addOption(new Option('--lang <list>', 'only these languages, comma-separated').argParser(list))
    .addOption(new Option('--type <list>', 'only these formats, comma-separated: markdown, pdf, ...').argParser(list))
    .addOption(new Option('--since <date>', 'only documents changed on or after it, as in 2026-01-31').argParser(date))
    .addOption(new Option('--before <date>', 'only documents changed before it').argParser(date))
    .addOption(
      new Option('--where <key=value>', 'only documents with this front-matter value; repeat for more').argParser(pair),
    );
}

/** Undefined where nothing was asked for. */
export async function filterOf(
  options: FilterOptions,
  { phrases, without }: Pick<ReadQuery, 'phrases' | 'without'> = { phrases: [], without: [] },
): Promise<SearchFilter | undefined> {
  const formats = options.type && (await (await import('@glot/glot')).formatsNamed(options.type));
  const filter: SearchFilter = {
    path: options.path,
    ...(options.lang && { languages: options.lang }),
    ...(formats && { formats }),
    modifiedFromMs: options.since,
    modifiedBeforeMs: options.before,
    ...(options.where && { meta: options.where }),
    ...(phrases.length > 0 && { phrases }),
    ...(without.length > 0 && { without }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}

function list(value: string): string[] {
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('It must name at least one.');
  return names;
}

function date(value: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('It must be a date such as 2026-01-31 or 2026-01-31T12:00:00Z.');
  return time;
}

function pair(value: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be written as key=value.');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}
