/**
 * Number of tokens a text will have, when no tokenizer is at hand: about 4 characters a token in alphabets, 1.2 in
 * scripts written without spaces. Counted by UTF-16 code units.
 */
export function estimateTokens(text: string): number {
  let dense = 0;
  let other = 0;
  for (let at = 0; at < text.length; at++) {
    if (isDense(text.charCodeAt(at))) dense++;
    else other++;
  }
  return Math.ceil(dense / 1.2 + other / 4);
}

/** Thai to Tibetan and Myanmar, Khmer, Hangul, kana, Han, half of a surrogate pair (Han extensions, emoji). */
function isDense(code: number): boolean {
  return (
    (code >= 0x0e00 && code <= 0x109f) ||
    (code >= 0x1100 && code <= 0x11ff) ||
    (code >= 0x1780 && code <= 0x17ff) ||
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xdfff) ||
    (code >= 0xf900 && code <= 0xfaff)
  );
}
