import { describe, expect, it } from 'vitest';
import { errorFeedback } from './error-feedback.js';
import { ShapedRounding } from './shaped-rounding.js';

// Numbers about -1 .. 1 that are the same each time.
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * 1.2;
  };
}

// Rows that lie mostly in a few directions.
function sampleOf(rows: number, dim: number, seed: number): Float32Array {
  const next = numbers(seed);
  const directions = Array.from({ length: 3 }, () => Float32Array.from({ length: dim }, next));
  const sample = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row += 1) {
    const weights = directions.map(next);
    for (let k = 0; k < dim; k += 1) {
      sample[row * dim + k] = directions.reduce(
        (sum, direction, at) => sum + weights[at]! * direction[k]!,
        next() * 0.2,
      );
    }
  }
  return sample;
}

const LEVELS = Float32Array.of(-1.5, -0.5, 0.5, 1.5);

describe('the feedback of errors', () => {
  it('is the factor M of A = M D M', () => {
    const dim = 5;
    const sample = sampleOf(40, dim, 3);
    const columns = errorFeedback(sample, dim);
    const m = (i: number, j: number) => (i === j ? 1 : i < j ? columns[j]![i]! : 0);
    const damped = (i: number, j: number) => {
      const of = (a: number, b: number) =>
        Array.from({ length: 40 }, (_, row) => sample[row * dim + a]! * sample[row * dim + b]!).reduce((x, y) => x + y);
      const trace = Array.from({ length: dim }, (_, k) => of(k, k)).reduce((x, y) => x + y);
      return of(i, j) + (i === j ? (0.1 * trace) / dim : 0);
    };
    // D is what makes the last column right, then the one before: with it every entry must fit.
    const d = new Array<number>(dim).fill(0);
    for (let k = dim - 1; k >= 0; k -= 1) {
      d[k] = damped(k, k) - d.reduce((sum, value, at) => (at > k ? sum + value * m(k, at) ** 2 : sum), 0);
    }
    for (let i = 0; i < dim; i += 1) {
      for (let j = 0; j < dim; j += 1) {
        const product = d.reduce((sum, value, k) => sum + m(i, k) * value * m(j, k), 0);
        expect(product).toBeCloseTo(damped(i, j), 4);
      }
    }
  });

  it('asks nothing where the sample says nothing', () => {
    expect(errorFeedback(new Float32Array(8), 4).flatMap((column) => [...column])).toEqual(new Array(6).fill(0));
  });
});

describe('shaped rounding', () => {
  it.each([1, 3, 7, 16, 30])('rounds %i columns as the formula says', (dim) => {
    const sample = sampleOf(50, dim, 11);
    const rounding = new ShapedRounding(sample, dim, LEVELS, 2);
    const columns = errorFeedback(sample, dim);
    for (let row = 0; row < 50; row += 1) {
      rounding.values.set(sample.subarray(row * dim, row * dim + dim));
      rounding.round();
      const errors: number[] = [];
      for (let k = 0; k < dim; k += 1) {
        const value = rounding.values[k]!;
        const asked = errors.reduce((sum, error, i) => sum + error * columns[k]![i]!, 0);
        const level = LEVELS[rounding.codes[k]!]!;
        errors.push(level - Math.max(-2, Math.min(2, value)));
        // The nearest level, but for the step of the table.
        const least = Math.min(...LEVELS.map((each) => Math.abs(each - (value - asked))));
        expect(Math.abs(level - (value - asked))).toBeLessThanOrEqual(least + 2e-3);
      }
    }
  });

  it('makes the errors of products smaller than plain rounding does', () => {
    const dim = 32;
    const sample = sampleOf(300, dim, 5);
    const queries = sampleOf(60, dim, 5);
    const squares = [sample, new Float32Array(dim)].map((like) => {
      const rounding = new ShapedRounding(like, dim, LEVELS, 2);
      let square = 0;
      for (let row = 0; row < 300; row += 1) {
        rounding.values.set(sample.subarray(row * dim, row * dim + dim));
        rounding.round();
        for (let query = 0; query < 60; query += 1) {
          let error = 0;
          for (let k = 0; k < dim; k += 1) {
            error += queries[query * dim + k]! * (LEVELS[rounding.codes[k]!]! - rounding.values[k]!);
          }
          square += error * error;
        }
      }
      return square;
    });
    expect(squares[0]!).toBeLessThan(0.4 * squares[1]!);
  });

  it('takes what lies beyond the range as its end', () => {
    const rounding = new ShapedRounding(new Float32Array(4), 4, LEVELS, 2);
    rounding.values.set([-1e30, 1e30, 0.2, -0.2]);
    rounding.round();
    expect([...rounding.codes]).toEqual([0, 3, 2, 1]);
  });

  it('lays neither what no level reaches nor what came before upon a row', () => {
    const rounding = new ShapedRounding(sampleOf(50, 8, 11), 8, LEVELS, 2);
    const codesOf = (values: number[]) => {
      rounding.values.set(values);
      rounding.round();
      return [...rounding.codes];
    };
    const plain = codesOf([2, 0.1, -0.3, 0.4, 0.2, -1, 1, 0.6]);
    expect(codesOf([1e20, 0.1, -0.3, 0.4, 0.2, -1, 1, 0.6])).toEqual(plain);
    codesOf(new Array(8).fill(Number.NaN));
    expect(codesOf([2, 0.1, -0.3, 0.4, 0.2, -1, 1, 0.6])).toEqual(plain);
  });
});
