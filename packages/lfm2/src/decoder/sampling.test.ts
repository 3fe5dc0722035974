import { describe, expect, it } from 'vitest';
import { Sampler, type SamplingOptions } from './sampling.js';

const LOGITS = [2, 1, 0, -1, Number.NEGATIVE_INFINITY];

/** Share of each token in many draws. */
function shares(options: SamplingOptions): number[] {
  const sampler = new Sampler({ seed: 7, ...options });
  const counts = LOGITS.map(() => 0);
  for (let i = 0; i < 20_000; i += 1) counts[sampler.draw(Float32Array.from(LOGITS))]! += 1;
  return counts.map((count) => count / 20_000);
}

/** Softmax over the first `kept` logits. */
function expected(kept: number, temperature = 1): number[] {
  const powers = LOGITS.map((logit, i) => (i < kept ? Math.exp(logit / temperature) : 0));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

describe('the sampler', () => {
  for (const [name, options, wanted] of [
    ['greedy', {}, expected(1)],
    ['temperature 1', { temperature: 1 }, expected(4)],
    ['temperature 2', { temperature: 2 }, expected(4, 2)],
    ['top-k 2', { temperature: 1, topK: 2 }, expected(2)],
    ['top-p 0.7', { temperature: 1, topP: 0.7 }, expected(2)],
    ['top-p 0', { temperature: 1, topP: 0 }, expected(1)],
    ['min-p 0.1', { temperature: 1, minP: 0.1 }, expected(3)],
  ] as const) {
    it(`draws with the probabilities of ${name}`, () => {
      shares(options).forEach((share, i) => {
        expect(Math.abs(share - wanted[i]!), `token ${i}`).toBeLessThan(0.015);
      });
    });
  }

  it('divides positive and multiplies negative logits of seen tokens', () => {
    const logits = Float32Array.of(2, -2, 4);
    new Sampler({ repetitionPenalty: 2 }).penalize(logits, [0, 1]);
    expect([...logits]).toEqual([1, -4, 4]);
  });
});
