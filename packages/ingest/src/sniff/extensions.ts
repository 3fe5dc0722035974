/** What a file name promises. Content has the last word (see `sniff`). */

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

export const MARKDOWN = set('md markdown mdown mkd mkdn mdx qmd rmd');
export const HTML = set('html htm xhtml xht');
export const PROSE = set('txt text rst adoc asciidoc org tex wiki textile me 1st');
/** Data, logs, subtitles: lines that hold words of people. */
export const DATA = set('csv tsv psv json jsonl ndjson json5 xml srt vtt sub po pot strings log');
/** Source code and settings: lines whose words tell no language. */
export const CODE = set(
  'yaml yml toml ini conf cfg properties env c h cc cpp cxx hpp hh m mm cs java kt kts scala go rs swift py pyi rb php pl ' +
    'pm lua r jl js mjs cjs jsx ts mts cts tsx vue svelte css scss sass less sql sh bash zsh fish ps1 bat cmd ' +
    'dockerfile makefile cmake gradle proto graphql tf',
);

/** Named so that people learn at once why a file is left out; none of these is opened beyond its first bytes. */
export const UNSUPPORTED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'a word processor document of an older or other kind': 'doc dot odt ott rtf pages wpd wps hwp',
    'a spreadsheet': 'xls xlsx xlsm xlsb xlt ods numbers',
    'a presentation': 'ppt pptx pptm pps ppsx odp key',
    'a mail or mailbox': 'eml mbox msg pst ost emlx',
    'an e-book': 'epub mobi azw azw3 fb2 djvu',
    'an image': 'png jpg jpeg gif bmp tif tiff webp avif heic ico svg psd ai eps',
    'a sound file': 'mp3 wav flac ogg oga m4a aac opus mid midi',
    'a video': 'mp4 m4v mov avi mkv webm wmv flv mpg mpeg',
    'an archive': 'zip tar gz tgz bz2 xz 7z rar zst jar war',
    'a program': 'exe dll so dylib o a bin class pyc wasm msi apk dmg iso',
    'a font': 'ttf otf woff woff2 eot',
    'a database': 'sqlite sqlite3 db mdb accdb parquet arrow',
    'a model or an array': 'gguf safetensors onnx pt pth npy npz h5 pkl',
    'a source map': 'map',
  }).flatMap(([words, names]) => names.split(' ').map((name) => [name, words] as const)),
);

/** Lower case, without the dot; empty for `README` and `.profile`. */
export function extensionOf(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot <= 0 ? '' : base.slice(dot + 1).toLowerCase();
}
