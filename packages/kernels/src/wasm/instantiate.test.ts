import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { NEAREST_KERNEL } from '../maxsim/nearest-kernel-binary.js';
import { scoreKernel } from '../maxsim/score-kernel.js';
import { SCORE_KERNEL } from '../maxsim/score-kernel-binary.js';
import { RESIDUAL_KERNEL } from '../rounding/residual-kernel-binary.js';
import { ROUNDING_KERNEL } from '../rounding/rounding-kernel-binary.js';
import { TRELLIS_KERNEL } from '../rows/trellis-kernel-binary.js';

it.each([
  ['maxsim/score-kernel.wat', SCORE_KERNEL],
  ['maxsim/nearest-kernel.wat', NEAREST_KERNEL],
  ['rows/trellis-kernel.wat', TRELLIS_KERNEL],
  ['rounding/residual-kernel.wat', RESIDUAL_KERNEL],
  ['rounding/rounding-kernel.wat', ROUNDING_KERNEL],
])('what runs is %s, assembled', async (file, binary) => {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const module = (await wabt()).parseWat(file, text, { simd: true });
  expect(binary).toBe(Buffer.from(module.toBinary({}).buffer).toString('base64'));
});

it('says how much room was asked for where there is none', () => {
  expect(() => scoreKernel(5e9)).toThrowError(
    expect.objectContaining({ code: 'kernels.out-of-memory', message: expect.stringContaining('5000 MB') }),
  );
});
