import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { levelKernel } from './level-kernel.js';
import { LEVEL_KERNEL } from './level-kernel-binary.js';

it('is what level-kernel.wat says', async () => {
  const text = readFileSync(new URL('./level-kernel.wat', import.meta.url), 'utf8');
  const module = (await wabt()).parseWat('level-kernel.wat', text, { simd: true });
  expect(LEVEL_KERNEL).toBe(Buffer.from(module.toBinary({}).buffer).toString('base64'));
});

it('says how much room was asked for where there is none', () => {
  expect(() => levelKernel(5e9)).toThrowError(
    expect.objectContaining({ code: 'kernels.out-of-memory', message: expect.stringContaining('5000 MB') }),
  );
});
