/**
 * Front matter at the very start of a Markdown file: YAML between `---` lines, TOML between `+++` lines, or one JSON object.
 */
import { parse as parseTomlMap } from 'smol-toml';
import { parseDocument } from 'yaml';

export interface FrontMatter {
  /** Offset of the first character after the closing line; 0 where there is no front matter. */
  readonly end: number;
  /** Flat, values as strings, lists joined by `, `; nested maps are left out. */
  readonly meta: Readonly<Record<string, string>>;
}

const NONE: FrontMatter = { end: 0, meta: {} };
const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:^|\r?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/m;
const MAX_LENGTH = 65_536;

const TOML = /^\uFEFF?\+\+\+[ \t]*\r?\n([\s\S]*?)(?:^|\r?\n)\+\+\+[ \t]*(?:\r?\n|$)/m;
const JSON_OBJECT = /^\uFEFF?(\{\s*\r?\n[\s\S]*?\r?\n\})[ \t]*(?:\r?\n|$)/;

/** A key as people write it: up to four words. What reads as a sentence is text between two rules. */
const KEY = /^[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$:/-]*(?: [\p{L}\p{M}\p{N}_-]+){0,3}$/u;

/** Text whose opening block is no map has no front matter: `---` is then a rule like any other. */
export function readFrontMatter(text: string): FrontMatter {
  const head = text.slice(0, MAX_LENGTH);
  for (const [pattern, parse] of [
    [TOML, parseToml],
    [JSON_OBJECT, parseJson],
  ] as const) {
    const found = pattern.exec(head);
    const values = found?.index === 0 ? parse(found[1] ?? '') : undefined;
    if (found && values) return { end: found[0].length, meta: flattened(values) };
  }
  if (!/^\uFEFF?---[ \t]*\r?\n/.test(head)) return NONE;
  const match = FRONT_MATTER.exec(head);
  if (match === null || match.index !== 0) return NONE;
  const source = match[1] ?? '';
  const values = parseMap(source) ?? parseLines(source);
  if (values === undefined || !Object.keys(values).every((key) => KEY.test(key))) return NONE;
  return { end: match[0].length, meta: flattened(values) };
}

function flattened(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const meta: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(values)) {
    const flat = flatten(value);
    if (flat !== undefined) meta[key] = flat;
  }
  return { ...meta };
}

function parseToml(source: string): Record<string, unknown> | undefined {
  try {
    return parseTomlMap(source);
  } catch {
    return undefined;
  }
}

function parseJson(source: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(source) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Aliases are refused: a few lines of them can stand for gigabytes. */
function parseMap(source: string): Record<string, unknown> | undefined {
  if (source.trim() === '') return {};
  try {
    const document = parseDocument(source, { logLevel: 'silent', schema: 'core' });
    if (document.errors.length > 0) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** `title: Tea: an introduction` is no YAML, yet common. Lines that are neither keys nor continuations end the attempt. */
function parseLines(source: string): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = Object.create(null);
  for (const line of source.split(/\r?\n/)) {
    if (/^(?:\s|#|-\s|$)/.test(line)) continue;
    const match = /^([\p{L}_][\p{L}\p{N}_ -]*):(?:\s+(.*))?$/u.exec(line);
    if (match === null) return undefined;
    const value = (match[2] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2');
    const list = /^\[(.*)\]$/.exec(value)?.[1];
    if (value !== '') values[match[1]!] = list === undefined ? value : list.split(',').map((part) => part.trim());
  }
  return values;
}

function flatten(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (!Array.isArray(value)) return undefined;
  const parts = value.map(flatten);
  return parts.every((part) => part !== undefined) && parts.length > 0 ? parts.join(', ') : undefined;
}
