/** What an HTML file says of itself in its first bytes. */

const HEAD_BYTES = 4_096;

/** Charset of `<meta charset>`, `<meta http-equiv content>` or an XML declaration; undefined where none is stated. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, HEAD_BYTES)).replace(/<!--[\s\S]*?-->/g, '');
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
