/**
 * Text strings of PDF (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 behind a mark, else PDFDocEncoding.
 * @module
 */

/** PDFDocEncoding where it differs from Latin-1 (ISO 32000-1, annex D.2), from 0x18 and from 0x80 on. */
const FROM_18 = '˘ˇˆ˙˝˛˚˜';
const FROM_80 = '•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€';

export function decodeTextString(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if (first === 0xfe && second === 0xff) return withoutLanguage(new TextDecoder('utf-16be').decode(bytes));
  if (first === 0xff && second === 0xfe) return withoutLanguage(new TextDecoder('utf-16le').decode(bytes));
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder().decode(bytes);
  return Array.from(bytes, (byte) => {
    if (byte >= 0x18 && byte < 0x20) return FROM_18[byte - 0x18];
    if (byte >= 0x80 && byte < 0xa1) return FROM_80[byte - 0x80];
    return String.fromCharCode(byte);
  }).join('');
}

/** A language code between escape characters may stand anywhere (7.9.2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what marks it
const withoutLanguage = (text: string): string => text.replace(/\u001b[^\u001b]{0,8}\u001b/g, '');
