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
  const wide = encodingByZeros(bytes);
  if (wide !== undefined) return decodeAs(bytes, wide);
  const utf8 = decodeAs(bytes, 'utf-8');
  if (utf8 !== null) return utf8;
  if (declared !== undefined) {
    const text = decodeAs(bytes, declared);
    if (text !== null) return text;
  }
  if (!guess) return null;
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

/** UTF-16 without a mark: many zero bytes, nearly all on one side of the pairs. */
function encodingByZeros(bytes: Uint8Array): string | undefined {
  const end = Math.min(bytes.length, SAMPLE_BYTES);
  if (bytes.length % 2 !== 0) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < end; at++) {
    if (bytes[at] !== 0) continue;
    if (at % 2 === 0) even++;
    else odd++;
  }
  if (even + odd < end / 20) return undefined;
  if (odd > even * 20) return 'utf-16le';
  if (even > odd * 20) return 'utf-16be';
  return undefined;
}

function decodeAs(bytes: Uint8Array, encoding: string): DecodedText | null {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    const text = decoder.decode(bytes);
    return isReadable(text) ? { text, encoding: decoder.encoding } : null;
  } catch {
    return null;
  }
}

/** Best first. chardet's scores of single-byte charsets are close together, so more than one gets a try. */
function guesses(bytes: Uint8Array): string[] {
  return analyse(bytes.subarray(0, SAMPLE_BYTES)).map(({ name }) => name);
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
