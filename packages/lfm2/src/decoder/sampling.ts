import { GlotError } from '@glot/errors';

export interface SamplingOptions {
  /** 0 takes the likeliest token; default 0. */
  readonly temperature?: number | undefined;
  /** Only the k likeliest tokens; default: all. */
  readonly topK?: number | undefined;
  /** Only the likeliest tokens that together reach this probability; default 1. */
  readonly topP?: number | undefined;
  /** Only tokens at least this probable, as a part of the likeliest one's probability; default 0. */
  readonly minP?: number | undefined;
  /** Divides the positive logits of tokens that stand in the text already, multiplies negative ones; default 1. */
  readonly repetitionPenalty?: number | undefined;
  /** Default: a new one each time. */
  readonly seed?: number | undefined;
}

/** Draws tokens from logits; the same seed draws the same ones. */
export class Sampler {
  readonly #options: { readonly [Choice in Exclude<keyof SamplingOptions, 'seed'>]-?: number };
  #state: number;

  /** @throws GlotError `lfm2.sampling` where a number is out of its range */
  constructor({ seed, ...options }: SamplingOptions = {}) {
    this.#options = {
      temperature: ranged('temperature', options.temperature ?? 0, 0, 100),
      topK: ranged('topK', options.topK ?? Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER),
      topP: ranged('topP', options.topP ?? 1, 0, 1),
      minP: ranged('minP', options.minP ?? 0, 0, 1),
      repetitionPenalty: ranged('repetitionPenalty', options.repetitionPenalty ?? 1, 0.01, 100),
    };
    this.#state = (seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
  }

  /** Makes tokens of the text so far less likely, in place. */
  penalize(logits: Float32Array, seen: Iterable<number>): void {
    const { repetitionPenalty: penalty } = this.#options;
    if (penalty === 1) return;
    for (const id of seen) {
      const logit = logits[id]!;
      logits[id] = logit > 0 ? logit / penalty : logit * penalty;
    }
  }

  /** @returns a token whose logit is not -Infinity @throws GlotError `lfm2.no-token` where all are */
  draw(logits: Float32Array): number {
    const best = largest(logits);
    if (best === -1) {
      throw new GlotError('lfm2.no-token', 'the mask leaves no token that could follow; let it allow at least one');
    }
    const { temperature, topK, topP, minP } = this.#options;
    if (temperature === 0 || topK === 1) return best;
    // Powers relative to the likeliest token, so that minP compares directly.
    const top = logits[best]!;
    const least = Math.max(minP, 1e-12);
    const candidates: { id: number; power: number }[] = [];
    for (let id = 0; id < logits.length; id += 1) {
      const power = Math.exp((logits[id]! - top) / temperature);
      if (power >= least) candidates.push({ id, power });
    }
    candidates.sort((a, b) => b.power - a.power || a.id - b.id);
    candidates.length = Math.min(candidates.length, topK);
    const total = candidates.reduce((sum, { power }) => sum + power, 0);
    let kept = 0;
    let mass = 0;
    while (kept < candidates.length && (kept === 0 || mass < topP * total)) {
      mass += candidates[kept]!.power;
      kept += 1;
    }
    let rest = this.#random() * mass;
    for (let i = 0; i < kept - 1; i += 1) {
      rest -= candidates[i]!.power;
      if (rest < 0) return candidates[i]!.id;
    }
    return candidates[kept - 1]!.id;
  }

  // mulberry32: 32 bits of state are plenty for one answer.
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

function largest(logits: Float32Array): number {
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id += 1) {
    if (logits[id]! > most) {
      best = id;
      most = logits[id]!;
    }
  }
  return best;
}

function ranged(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new GlotError('lfm2.sampling', `${name} must lie between ${least} and ${most}, not ${value}`);
}
