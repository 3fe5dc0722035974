/**
 * Bytes -> text. In order: byte order mark, UTF-16 by its zero bytes, UTF-8, a declared charset (HTML meta), UTF-8 with a
 * few damaged bytes, a guess. A few zero bytes are blanks. Text full of control characters is binary.
 */
import { guessCharsets } from './charset-guess.js';
import { type Decoded, decodeLoosely, decodeStrictly, type Wide } from './charsets.js';
import { withoutControls } from './controls.js';
import { withoutZeroBytes, type ZeroBytes } from './zero-bytes.js';

export interface DecodedText {
  /** Without byte order mark, and without what only terminals and printers read. */
  readonly text: string;
  /** WHATWG name, or that of the code page. */
  readonly encoding: string;
  /** How the charset was known: `mark` and `utf-8` are sure, `declared` as the document says, the others assumed. */
  readonly known: 'mark' | 'utf-8' | 'declared' | 'damaged' | 'guess';
  /** Where there were some. */
  readonly zeroBytes?: Pick<ZeroBytes, 'places' | 'firstLine'>;
}

export interface DecodeOptions {
  /** Charset that the document states of itself. */
  readonly declared?: string | undefined;
  /** False where only UTF-8 and marked UTF-16 are believable, as for names of unknown kind. Default true. */
  readonly guess?: boolean | undefined;
}

const SAMPLE_BYTES = 65_536;

/** Null when the bytes are no text. */
export function decodeText(bytes: Uint8Array, options: DecodeOptions = {}): DecodedText | null {
  const marked = encodingByMark(bytes);
  if (marked !== undefined && marked !== 'utf-8')
    return readable(decodeStrictly(bytes, marked), 'mark') ?? damaged(bytes, marked);
  const wide = decodeUnmarkedUtf16(bytes);
  if (wide !== null) return wide;
  const zeros = withoutZeroBytes(bytes);
  const decoded = decodeBytes(zeros?.bytes ?? bytes, marked, options);
  if (decoded === null || zeros === null) return decoded;
  return { ...decoded, zeroBytes: { places: zeros.places, firstLine: zeros.firstLine } };
}

/** @param marked of the charsets of single bytes: those of more are known by then */
function decodeBytes(
  bytes: Uint8Array,
  marked: 'utf-8' | undefined,
  { declared, guess = true }: DecodeOptions,
): DecodedText | null {
  if (marked !== undefined) return readable(decodeStrictly(bytes, marked), 'mark') ?? damaged(bytes, marked);
  const utf8 = readable(decodeStrictly(bytes, shiftsToJapanese(bytes) ? 'iso-2022-jp' : 'utf-8'), 'utf-8');
  if (utf8 !== null) return utf8;
  if (declared !== undefined && !/^utf-?8$/i.test(declared)) {
    const text = readable(decodeStrictly(bytes, declared), 'declared');
    if (text !== null) return text;
  }
  const repaired = damaged(bytes, 'utf-8');
  if (repaired !== null) return repaired;
  if (!guess || isEbcdic(bytes)) return null;
  for (const name of guessCharsets(bytes.subarray(0, SAMPLE_BYTES))) {
    const text = readable(decodeStrictly(bytes, name), 'guess');
    if (text !== null) return text;
  }
  return null;
}

function encodingByMark(bytes: Uint8Array): 'utf-8' | Wide | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length % 4 === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  return undefined;
}

/** Damaged places for every hundred whole characters outside of ASCII, at most: other charsets have far more. */
const DAMAGE = 20;

/** Text in which some bytes are no character: one was lost, a line came from elsewhere, the end is cut off. */
function damaged(bytes: Uint8Array, encoding: 'utf-8' | Wide): DecodedText | null {
  const text = withoutControls(decodeLoosely(bytes, encoding));
  const places = text.match(/\ufffd+/g)?.length ?? 0;
  const whole = text.match(encoding === 'utf-8' ? /[^\0-\x7f\ufffd]/g : /[^\ufffd]/g)?.length ?? 0;
  if (places * 100 > whole * DAMAGE) return null;
  return isReadable(text.replaceAll('\ufffd', '')) ? { text, encoding, known: 'damaged' } : null;
}

function readable(decoded: Decoded | null, known: DecodedText['known']): DecodedText | null {
  if (decoded === null) return null;
  const text = withoutControls(decoded.text.startsWith('\ufeff') ? decoded.text.slice(1) : decoded.text);
  return isReadable(text) ? { text, encoding: decoded.encoding, known } : null;
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
    const decoded = readable(decodeStrictly(bytes, encoding), 'guess');
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
