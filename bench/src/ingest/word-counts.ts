/** Words as two readers of one file may write them alike: line-end hyphens and direction marks make no difference. */
export function wordCounts(text: string): Map<string, number> {
  const folded = text
    .replace(/[\u00ad\u2010-]\s*\n\s*/gu, '')
    .replace(/[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u2010-]/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  const counts = new Map<string, number>();
  for (const [run] of folded.matchAll(/[\p{L}\p{M}\p{N}\u200c\u200d]+/gu)) {
    const words = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(run) ? Array.from(run) : [run];
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Letters and digits: how much text there is, whatever way two readers part and order words. */
export function letterCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [letter] of text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .matchAll(/[\p{L}\p{N}]/gu)) {
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return counts;
}

/** Share of the words (or letters) of `wanted` that `found` has, each as often; null where there are none. */
export function shareFound(
  wanted: ReadonlyMap<string, number>,
  found: ReadonlyMap<string, number>,
): { readonly all: number; readonly share: number | null } {
  let all = 0;
  let both = 0;
  for (const [word, count] of wanted) {
    all += count;
    both += Math.min(count, found.get(word) ?? 0);
  }
  return { all, share: all === 0 ? null : both / all };
}
