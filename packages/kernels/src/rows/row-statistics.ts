import { GlotError } from '@glot/errors';
import { RowCodec } from './row-codec.js';
import { LEVELS_IN_ALL, levelsOf, MOST_BITS, type RowStatistics } from './row-table.js';
import { symmetricAxes } from './symmetric-axes.js';

/** Rows that levels are learnt from, at most, and how often they are moved. */
const LEVEL_ROWS = 6000;
const ROUNDS = 8;

/** Fewer values say too little about where a level belongs. */
const LEAST_VALUES = 8;

/** How much wider: the least error of two to five bits in the trellis, as measured. */
const SPREAD = 1.35;

/**
 * Statistics for rows of which nothing is known: axes in all directions alike, from fixed random numbers, so that every
 * axis has the same part of a unit row, and about a normal distribution of it.
 */
export function unknownRows(dim: number): RowStatistics {
  const random = sequence();
  const axes = new Float32Array(dim * dim);
  for (let axis = 0; axis < dim; axis += 1) {
    const row = Float64Array.from({ length: dim }, () => random() - 0.5);
    // Twice: what rounding left of the axes before.
    for (let round = 0; round < 2; round += 1) {
      for (let other = 0; other < axis; other += 1) {
        const share = row.reduce((sum, value, k) => sum + value * axes[other * dim + k]!, 0);
        for (let k = 0; k < dim; k += 1) row[k]! -= share * axes[other * dim + k]!;
      }
      const norm = Math.hypot(...row);
      for (let k = 0; k < dim; k += 1) row[k]! /= norm;
    }
    axes.set(row, axis * dim);
  }
  const deviations = new Float32Array(dim).fill(1 / Math.sqrt(dim));
  return { dim, axes, deviations, levels: normalLevels() };
}

/**
 * Learns the axes of a sample by their mean squares, then levels for what lies along them.
 * @param sample [n x dim], rows drawn at random @throws GlotError `kernels.shape`
 */
export function learnRows(sample: Float32Array, dim: number): RowStatistics {
  const rows = sample.length / dim;
  if (!Number.isInteger(rows) || rows < dim) {
    throw new GlotError('kernels.shape', `${sample.length} numbers are no sample of rows of ${dim} columns`);
  }
  const { axes, squares } = symmetricAxes(moment(sample, dim), dim);
  const deviations = Float32Array.from(squares, (square) => Math.sqrt(Math.max(square, 1e-9)));
  let statistics: RowStatistics = { dim, axes, deviations, levels: normalLevels() };
  const some = sample.subarray(0, Math.min(rows, LEVEL_ROWS) * dim);
  for (let round = 0; round < ROUNDS; round += 1) {
    const levels = new Float32Array(LEVELS_IN_ALL);
    for (let bits = 1; bits <= MOST_BITS; bits += 1) levelsOf(levels, bits).set(moved(some, statistics, bits));
    statistics = { ...statistics, levels };
  }
  return statistics;
}

// Each level goes to the mean of what was coded by it, and by its mirror image.
function moved(sample: Float32Array, { dim, axes, deviations, levels }: RowStatistics, bits: number): Float32Array {
  const unit = levelsOf(levels, bits);
  const scaled = Float32Array.from({ length: dim * unit.length }, (_, at) => {
    return unit[at % unit.length]! * deviations[Math.floor(at / unit.length)]!;
  });
  const codec = new RowCodec({ dim, axes, bits: new Uint8Array(dim).fill(bits), levels: scaled });
  const sums = new Float64Array(unit.length);
  const counts = new Float64Array(unit.length);
  const numbers = codec.levelNumbers(codec.encode(sample).codes);
  const turned = codec.turned(sample);
  for (const [at, level] of numbers.entries()) {
    sums[level]! += turned[at]! / deviations[at % dim]!;
    counts[level]! += 1;
  }
  return unit.map((old, at) => {
    const mirror = unit.length - 1 - at;
    const count = counts[at]! + counts[mirror]!;
    return count < LEAST_VALUES ? old : (sums[at]! - sums[mirror]!) / count;
  });
}

function moment(sample: Float32Array, dim: number): Float64Array {
  const sums = new Float64Array(dim * dim);
  for (let from = 0; from < sample.length; from += dim) {
    for (let i = 0; i < dim; i += 1) {
      const value = sample[from + i]!;
      for (let j = 0; j <= i; j += 1) sums[i * dim + j]! += value * sample[from + j]!;
    }
  }
  const rows = sample.length / dim;
  for (let i = 0; i < dim; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      sums[i * dim + j]! /= rows;
      sums[j * dim + i] = sums[i * dim + j]!;
    }
  }
  return sums;
}

// Quantiles of a wider normal distribution, as Panter and Dite (1951) have them for many levels of their own.
function normalLevels(): Float32Array {
  if (normal) return normal;
  normal = new Float32Array(LEVELS_IN_ALL);
  for (let bits = 1; bits <= MOST_BITS; bits += 1) {
    const own = levelsOf(normal, bits);
    for (let at = own.length / 2; at < own.length; at += 1) {
      own[at] = SPREAD * quantile((at + 0.5) / own.length);
      own[own.length - 1 - at] = -own[at]!;
    }
  }
  return normal;
}

let normal: Float32Array | null = null;

// Of the standard normal distribution, from its middle on, by halving: Simpson's rule is exact enough for levels.
function quantile(share: number): number {
  let [low, high] = [0, 8];
  for (let round = 0; round < 30; round += 1) {
    const middle = (low + high) / 2;
    if (0.5 + integral(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function integral(to: number): number {
  const parts = 64;
  const step = to / parts;
  let sum = 0;
  for (let part = 0; part <= parts; part += 1) {
    const weight = part === 0 || part === parts ? 1 : part % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((part * step) ** 2) / 2);
  }
  return (sum * step) / 3 / Math.sqrt(2 * Math.PI);
}

// Mulberry32.
function sequence(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
