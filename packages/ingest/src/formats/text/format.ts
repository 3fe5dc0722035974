import type { Format } from '../format.js';

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

const PROSE = set('txt text rst adoc asciidoc org tex wiki textile me 1st');
/** Data, logs, subtitles: lines that hold words of people. */
export const DATA = set('csv tsv psv json jsonl ndjson json5 xml srt vtt sub po pot strings log');
/** Source code and settings: lines whose words tell no language. */
export const CODE = set(
  'yaml yml toml ini conf cfg properties env c h cc cpp cxx hpp hh m mm cs java kt kts scala go rs swift py pyi rb php pl ' +
    'pm lua r jl js mjs cjs jsx ts mts cts tsx vue svelte css scss sass less sql sh bash zsh fish ps1 bat cmd ' +
    'dockerfile makefile cmake gradle proto graphql tf',
);

/** The last of all: whatever is text and nothing else. */
export const TEXT = {
  name: 'text',
  extensions: new Set([...PROSE, ...DATA, ...CODE]),
  version: 1,
  isTrusted: true,
  source: 'text',
  isOwnText: true,
  recognize: (file) => (file.decoded() === null ? null : 'name'),
  async load() {
    const { readPlainText } = await import('./read-text.js');
    return (text, extension) =>
      readPlainText(text, DATA.has(extension) ? 'data' : CODE.has(extension) ? 'code' : 'prose');
  },
} as const satisfies Format;
