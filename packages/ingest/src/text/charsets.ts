/** Strict decoding by the charset's name: of the WHATWG's encodings, and of those that only old systems wrote. */
import iconv from 'iconv-lite';

/** Not among Node's decoders, or less complete there (the WHATWG's `euc-kr` is code page 949). */
const OWN: Readonly<Record<string, string>> = {
  'euc-kr': 'cp949',
  'ks_c_5601-1987': 'cp949',
  'ks_c_5601-1989': 'cp949',
  ksc5601: 'cp949',
  'windows-949': 'cp949',
  cp949: 'cp949',
  cp437: 'cp437',
  ibm437: 'cp437',
  cp850: 'cp850',
  ibm850: 'cp850',
  cp1125: 'cp1125',
  cp852: 'cp852',
  ibm852: 'cp852',
  'utf-32le': 'utf-32le',
  'utf-32be': 'utf-32be',
};

export interface Decoded {
  readonly text: string;
  readonly encoding: string;
}

/** Null for bytes that the charset does not have, and for an unknown name. */
export function decodeStrictly(bytes: Uint8Array, name: string): Decoded | null {
  const own = OWN[name.toLowerCase()];
  if (own !== undefined) {
    const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), own);
    return text.includes('\ufffd') ? null : { text, encoding: own };
  }
  try {
    const decoder = new TextDecoder(name, { fatal: true });
    const text = decoder.decode(bytes);
    return {
      text: decoder.encoding === 'windows-1252' ? repairWindows1252(text) : text,
      encoding: decoder.encoding,
    };
  } catch {
    return null;
  }
}

/** Of two and four bytes a character. */
export type Wide = 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** With U+FFFD for what is no character. */
export const decodeLoosely = (bytes: Uint8Array, encoding: 'utf-8' | Wide): string =>
  Object.hasOwn(OWN, encoding)
    ? iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding)
    : new TextDecoder(encoding).decode(bytes);

/** Bytes 0x80 to 0x9f of windows-1252; Node 20 decodes them as the control characters of ISO 8859-1. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const repairWindows1252 = (text: string): string =>
  text.replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
