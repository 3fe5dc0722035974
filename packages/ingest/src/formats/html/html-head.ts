/**
 * What an HTML file says of itself in its first bytes.
 * @module
 */

const HEAD_BYTES = 4_096;

/** Styles and scripts may stand before the charset; browsers look on, too. */
const CHARSET_BYTES = 1_048_576;

/** Charset of `<meta charset>`, `<meta http-equiv content>` or an XML declaration; undefined where none is stated. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, CHARSET_BYTES));
  if (!/<meta\b|<\?xml\b/i.test(start)) return undefined;
  const head = start
    .replace(/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?<\/\1/gi, '')
    .replace(/<(?:body|\/head)\b[\s\S]*/i, '');
  const match =
    /<meta\b[^>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head) ??
    /^\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/i.exec(head);
  return match?.[1]?.toLowerCase();
}

/** True for text that starts as an HTML document, after white space, comments and an XML declaration. */
export function looksLikeHtml(text: string): boolean {
  const head = text.slice(0, HEAD_BYTES).replace(/^(?:\s|<!--[\s\S]*?-->|<\?xml[\s\S]*?\?>)+/, '');
  return /^(?:<!doctype html\b|<html[\s>])/i.test(head);
}
