/** Pairs that say something of the others. */
const FEWEST = 32;

/** What exact scores to expect of rough ones: the straight line of least squares, and the spread about it. */
export class ScoreForecast {
  #count = 0;
  #meanRough = 0;
  #meanExact = 0;
  #roughRough = 0;
  #roughExact = 0;
  #exactExact = 0;

  // Welford's updates: sums of squares of large numbers would lose the spread.
  add(rough: number, exact: number): void {
    this.#count += 1;
    const fromRough = rough - this.#meanRough;
    const fromExact = exact - this.#meanExact;
    this.#meanRough += fromRough / this.#count;
    this.#meanExact += fromExact / this.#count;
    this.#roughRough += fromRough * (rough - this.#meanRough);
    this.#roughExact += fromRough * (exact - this.#meanExact);
    this.#exactExact += fromExact * (exact - this.#meanExact);
  }

  /** The exact score `deviations` standard deviations above the line; Infinity while too little is known. */
  highest(rough: number, deviations: number): number {
    if (this.#count < FEWEST) return Infinity;
    const slope = this.#roughRough > 0 ? this.#roughExact / this.#roughRough : 0;
    const variance = Math.max(0, this.#exactExact - slope * this.#roughExact) / this.#count;
    return this.#meanExact + slope * (rough - this.#meanRough) + deviations * Math.sqrt(variance);
  }
}
