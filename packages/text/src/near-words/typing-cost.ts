/** Neighbors changed places, or a letter was doubled or not: the commonest mistakes. */
const COMMON = 0.8;

/**
 * How many mistakes make one word of another: letters left out, added, taken for others, or neighbors that changed
 * places (optimal string alignment), the commonest a little cheaper.
 * @param most beyond which it does not matter
 */
export function typingCost(typed: readonly string[], meant: readonly string[], most: number): number {
  if (Math.abs(typed.length - meant.length) > most) return Infinity;
  let beforeLast: number[] = [];
  let last = [0];
  for (let j = 1; j <= meant.length; j += 1) last.push(last[j - 1]! + changeOf(meant, j - 1));
  for (let i = 1; i <= typed.length; i += 1) {
    const row = [last[0]! + changeOf(typed, i - 1)];
    for (let j = 1; j <= meant.length; j += 1) {
      let cost = last[j - 1]! + (typed[i - 1] === meant[j - 1] ? 0 : 1);
      cost = Math.min(cost, last[j]! + changeOf(typed, i - 1), row[j - 1]! + changeOf(meant, j - 1));
      if (i > 1 && j > 1 && typed[i - 1] === meant[j - 2] && typed[i - 2] === meant[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + COMMON);
      }
      row.push(cost);
    }
    if (Math.min(...row) > most) return Infinity;
    [beforeLast, last] = [last, row];
  }
  const cost = last[meant.length]!;
  return cost > most ? Infinity : cost;
}

/** What it costs that a letter is there on one side alone. */
function changeOf(letters: readonly string[], at: number): number {
  return letters[at] === letters[at - 1] || letters[at] === letters[at + 1] ? COMMON : 1;
}
