/**
 * Bytes -> text. In order: byte order mark, UTF-16 by its zero bytes, a declared charset (HTML meta), UTF-8, a guess by
 * chardet. Decoding is strict: bytes that do not fit, or text full of control characters, are binary.
 */
import { analyse } from 'chardet';

export interface DecodedText {
  /** Without byte order mark. */
  readonly text: string;
  /** WHATWG name. */
  readonly encoding: string;
}

export interface DecodeOptions {
  /** Charset that the document states of itself. */
  readonly declared?: string | undefined;
  /** False where only UTF-8 and marked UTF-16 are believable, as for names of unknown kind. Default true. */
  readonly guess?: boolean;
}

const SAMPLE_BYTES = 65_536;

/** Null when the bytes are no text. */
export function decodeText(bytes: Uint8Array, { declared, guess = true }: DecodeOptions = {}): DecodedText | null {
  const marked = encodingByMark(bytes);
  if (marked !== undefined) return decodeAs(bytes, marked);
  const wide = decodeUnmarkedUtf16(bytes);
  if (wide !== null) return wide;
  const utf8 = decodeAs(bytes, shiftsToJapanese(bytes) ? 'iso-2022-jp' : 'utf-8');
  if (utf8 !== null) return utf8;
  if (declared !== undefined) {
    const text = decodeAs(bytes, declared);
    if (text !== null) return text;
  }
  if (!guess || isEbcdic(bytes)) return null;
  for (const encoding of guesses(bytes)) {
    const text = decodeAs(bytes, encoding);
    if (text !== null) return text;
  }
  return null;
}

function encodingByMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/**
 * UTF-16 without a mark: it has single zero bytes (of spaces, digits, line ends), which no other text has. Of both byte
 * orders the one with more everyday characters is right; unassigned ones mean that it is no text at all.
 */
function decodeUnmarkedUtf16(bytes: Uint8Array): DecodedText | null {
  if (bytes.length % 2 !== 0 || !bytes.subarray(0, SAMPLE_BYTES).includes(0)) return null;
  let best: DecodedText | null = null;
  let most = 0;
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const decoded = decodeAs(bytes, encoding);
    if (decoded === null) continue;
    const sample = decoded.text.slice(0, 4_096);
    const unassigned = sample.match(/[\p{Cn}\p{Co}]/gu)?.length ?? 0;
    const everyday = sample.match(/[ \n,.0-9\u3001\u3002\uff0c\u060c]/g)?.length ?? 0;
    if (unassigned * 50 > sample.length || everyday * 50 < sample.length || everyday <= most) continue;
    best = decoded;
    most = everyday;
  }
  return best;
}

function decodeAs(bytes: Uint8Array, encoding: string): DecodedText | null {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    const decoded = decoder.decode(bytes);
    const text = decoder.encoding === 'windows-1252' ? repairWindows1252(decoded) : decoded;
    return isReadable(text) ? { text, encoding: decoder.encoding } : null;
  } catch {
    return null;
  }
}

/** Bytes 0x80 to 0x9f of windows-1252; Node 20 decodes them as the control characters of ISO 8859-1. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const repairWindows1252 = (text: string): string =>
  text.replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);

/** Best first. chardet's scores of single-byte charsets are close together, so more than one gets a try. */
function guesses(bytes: Uint8Array): string[] {
  return analyse(bytes.subarray(0, SAMPLE_BYTES)).map(({ name }) => name);
}

/** ISO-2022-JP is seven-bit, hence valid UTF-8; its shift sequence `ESC $ B` gives it away. */
const shiftsToJapanese = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SAMPLE_BYTES)).includes(
    '\u001b$B',
    0,
    'latin1',
  );

/** Text of mainframes: its space is 0x40. No charset that can be decoded here. */
function isEbcdic(bytes: Uint8Array): boolean {
  let spaces = 0;
  let ebcdicSpaces = 0;
  const end = Math.min(bytes.length, SAMPLE_BYTES);
  for (let at = 0; at < end; at++) {
    if (bytes[at] === 0x20) spaces++;
    else if (bytes[at] === 0x40) ebcdicSpaces++;
  }
  return ebcdicSpaces > end / 20 && spaces * 10 < ebcdicSpaces;
}

/** No NUL, hardly any control character and no private-use noise in the first stretch. */
function isReadable(text: string): boolean {
  const end = Math.min(text.length, SAMPLE_BYTES);
  let odd = 0;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0) return false;
    const isControl =
      (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13) || (code >= 127 && code < 160);
    if (isControl || code === 0xfffd) odd++;
  }
  return odd <= end / 200;
}
