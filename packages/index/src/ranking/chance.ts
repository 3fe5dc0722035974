/** How similar passages are to a query that they have nothing to do with: as if drawn from a normal distribution. */
export interface Chance {
  readonly mean: number;
  readonly deviation: number;
  readonly passages: number;
}

/** A similarity's usual deviation, in so many passages' stead: few passages show little of it. */
const USUAL_DEVIATION = 0.03;
const USUAL_PASSAGES = 8;

/**
 * The line through similarities over the quantiles of their ranks: the same however many of the passages are at hand.
 * @param similarities best first
 */
export function chanceOf(similarities: readonly number[], passages: number): Chance | null {
  const { length } = similarities;
  if (length === 0) return null;
  const all = Math.max(passages, length);
  const quantiles = similarities.map((_, rank) => quantile(1 - (rank + 0.5) / all));
  const meanRank = mean(quantiles);
  const meanScore = mean(similarities);
  let products = 0;
  let squares = 0;
  for (let at = 0; at < length; at += 1) {
    products += (quantiles[at]! - meanRank) * (similarities[at]! - meanScore);
    squares += (quantiles[at]! - meanRank) ** 2;
  }
  const slope = squares > 0 ? products / squares : 0;
  const variance = (length * slope ** 2 + USUAL_PASSAGES * USUAL_DEVIATION ** 2) / (length + USUAL_PASSAGES);
  const deviation = Math.sqrt(variance);
  return { mean: meanScore - deviation * meanRank, deviation, passages: all };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Minus the logarithm of how many passages of the index chance would make as similar. */
export function surpriseOf(similarity: number, { mean, deviation, passages }: Chance): number {
  return -Math.log(passages) - logTail((similarity - mean) / deviation);
}

/** ln of the share of a normal distribution that is above z (Abramowitz and Stegun 26.2.17, 26.2.12). */
function logTail(z: number): number {
  const above = Math.abs(z);
  if (above > 5) {
    const log = -(z * z) / 2 - Math.log(above * Math.sqrt(2 * Math.PI)) + Math.log1p(-1 / (z * z) + 3 / z ** 4);
    return z > 0 ? log : Math.log1p(-Math.exp(log));
  }
  const t = 1 / (1 + 0.2316419 * above);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? Math.log(tail) : Math.log1p(-tail);
}

/** Of a normal distribution (Abramowitz and Stegun 26.2.23; errs by less than 0.0005). */
function quantile(share: number): number {
  if (share > 0.5) return -quantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(share));
  return (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
}
