import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { RESIDUAL_KERNEL } from '../../codecs/rounding/residual-kernel-binary.js';
import { ROUNDING_KERNEL } from '../../codecs/rounding/rounding-kernel-binary.js';
import { NEAREST_KERNEL } from './nearest-kernel-binary.js';
import { SCORE_KERNEL } from './score-kernel-binary.js';

it.each([
  ['ivf/kernels/score-kernel.wat', SCORE_KERNEL],
  ['ivf/kernels/nearest-kernel.wat', NEAREST_KERNEL],
  ['codecs/rounding/residual-kernel.wat', RESIDUAL_KERNEL],
  ['codecs/rounding/rounding-kernel.wat', ROUNDING_KERNEL],
])('what runs is %s, assembled', async (file, binary) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const module = (await wabt()).parseWat(file, text, { simd: true });
  expect(binary).toBe(Buffer.from(module.toBinary({}).buffer).toString('base64'));
});
