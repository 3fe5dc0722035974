/** Pairs that say something of the others. */
const FEWEST = 32;

/**
 * For ending early: how high rescored scores may still be, by approximate ones. The straight line of least squares through
 * those that have both, and the spread about it.
 */
export class RescoreEstimator {
  #count = 0;
  #meanApproximate = 0;
  #meanRescored = 0;
  #approximateSquares = 0;
  #products = 0;
  #rescoredSquares = 0;

  // Welford's updates: sums of squares of large numbers would lose the spread.
  add(approximate: number, rescored: number): void {
    this.#count += 1;
    const fromApproximate = approximate - this.#meanApproximate;
    const fromRescored = rescored - this.#meanRescored;
    this.#meanApproximate += fromApproximate / this.#count;
    this.#meanRescored += fromRescored / this.#count;
    this.#approximateSquares += fromApproximate * (approximate - this.#meanApproximate);
    this.#products += fromApproximate * (rescored - this.#meanRescored);
    this.#rescoredSquares += fromRescored * (rescored - this.#meanRescored);
  }

  /** The rescored score `deviations` standard deviations above the line; Infinity while too little is known. */
  upperBound(approximate: number, deviations: number): number {
    if (this.#count < FEWEST) return Infinity;
    const slope = this.#approximateSquares > 0 ? this.#products / this.#approximateSquares : 0;
    const variance = Math.max(0, this.#rescoredSquares - slope * this.#products) / this.#count;
    return this.#meanRescored + slope * (approximate - this.#meanApproximate) + deviations * Math.sqrt(variance);
  }
}
