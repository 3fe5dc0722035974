/**
 * Units -> passages of about the target size, by the cheapest of all ways to part them: each passage costs its squared
 * relative distance from the target (four times as much beyond it), each parting the price that stands on its unit.
 */
import type { TextSpan } from '@glot/text';
import type { Unit } from './units.js';

/** Passages beyond this multiple of the target are only made where units are glued or too big themselves. */
export const MAX_OVERSIZE = 1.5;

export function mergeUnits(units: readonly Unit[], targetTokens: number): TextSpan[] {
  const groups = joinGlued(units);
  // cheapest[k]: cost of merging the first k groups into passages; from[k]: where the last of these passages starts.
  const cheapest = new Float64Array(groups.length + 1).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(groups.length + 1);
  cheapest[0] = 0;
  for (let end = 1; end <= groups.length; end++) {
    let tokens = 0;
    for (let start = end - 1; start >= 0; start--) {
      tokens += groups[start]!.tokens;
      if (tokens > targetTokens * MAX_OVERSIZE && start < end - 1) break;
      const parting = start === 0 ? 0 : groups[start]!.breakCost;
      const cost = cheapest[start]! + sizeCost(tokens, targetTokens) + parting;
      if (cost < cheapest[end]!) {
        cheapest[end] = cost;
        from[end] = start;
      }
    }
  }
  const spans: TextSpan[] = [];
  for (let end = groups.length; end > 0; end = from[end]!) {
    spans.push({ start: groups[from[end]!]!.start, end: groups[end - 1]!.end });
  }
  return spans.reverse();
}

function sizeCost(tokens: number, target: number): number {
  const distance = (tokens - target) / target;
  return distance * distance * (distance > 0 ? 4 : 1);
}

function joinGlued(units: readonly Unit[]): Unit[] {
  const groups: Unit[] = [];
  for (const unit of units) {
    const last = groups.at(-1);
    if (last === undefined || unit.breakCost !== Number.POSITIVE_INFINITY) groups.push(unit);
    else groups[groups.length - 1] = { ...last, end: unit.end, tokens: last.tokens + unit.tokens };
  }
  return groups;
}
