/**
 * Formats known by their first bytes that glot does not read, each with the words shown to people.
 * @module
 */

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** [offset, bytes, name]. */
const SIGNATURES: readonly (readonly [number, readonly number[], string])[] = [
  [0, [0x89, ...ascii('PNG')], 'a PNG image'],
  [0, [0xff, 0xd8, 0xff], 'a JPEG image'],
  [0, ascii('GIF8'), 'a GIF image'],
  [0, [...ascii('II'), 0x2a, 0x00], 'a TIFF image'],
  [0, [...ascii('MM'), 0x00, 0x2a], 'a TIFF image'],
  [0, [0x00, 0x00, 0x01, 0x00], 'an icon'],
  [8, ascii('WEBP'), 'a WebP image'],
  [8, ascii('WAVE'), 'a sound file'],
  [8, ascii('AVI '), 'a video'],
  [4, ascii('ftyp'), 'a video or image container'],
  [0, [0x1a, 0x45, 0xdf, 0xa3], 'a Matroska video'],
  [0, ascii('OggS'), 'an Ogg file'],
  [0, ascii('fLaC'), 'a sound file'],
  [0, ascii('ID3'), 'a sound file'],
  [0, [0x1f, 0x8b], 'a gzip archive'],
  [0, ascii('BZh'), 'a bzip2 archive'],
  [0, [0xfd, ...ascii('7zXZ')], 'an xz archive'],
  [0, [0x28, 0xb5, 0x2f, 0xfd], 'a Zstandard archive'],
  [0, [...ascii('7z'), 0xbc, 0xaf], 'a 7z archive'],
  [0, ascii('Rar!'), 'a RAR archive'],
  [257, ascii('ustar'), 'a tar archive'],
  [0, [0x7f, ...ascii('ELF')], 'a program'],
  [0, [0x00, ...ascii('asm')], 'a WebAssembly module'],
  [0, [0xca, 0xfe, 0xba, 0xbe], 'a program'],
  [0, [0xcf, 0xfa, 0xed, 0xfe], 'a program'],
  [0, ascii('SQLite format 3'), 'an SQLite database'],
  [0, ascii('PAR1'), 'a Parquet file'],
  [0, ascii('GGUF'), 'a GGUF model'],
  [0, ascii('wOFF'), 'a font'],
  [0, ascii('wOF2'), 'a font'],
  [0, ascii('OTTO'), 'a font'],
  [0, [0x00, 0x01, 0x00, 0x00, 0x00], 'a font'],
  [0, ascii('{\\rtf'), 'an RTF document'],
  [0, ascii('%!PS'), 'a PostScript file'],
];

export function nameBySignature(bytes: Uint8Array): string | undefined {
  return SIGNATURES.find(([offset, signature]) => startsWith(bytes, signature, offset))?.[2];
}

export function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return bytes.length >= offset + signature.length && signature.every((byte, at) => bytes[offset + at] === byte);
}
