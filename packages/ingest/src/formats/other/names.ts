/**
 * What a file name says of formats that glot does not read.
 * @module
 */

/** Named so that people learn at once why a file is left out; none of these is opened. */
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
