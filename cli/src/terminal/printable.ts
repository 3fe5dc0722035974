/** Text of documents on one line of a terminal: control characters (escape sequences among them) become blanks. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
