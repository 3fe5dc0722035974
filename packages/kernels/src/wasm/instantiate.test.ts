import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { TRELLIS_KERNEL } from '../rows/trellis-kernel-binary.js';
import { instantiate } from './instantiate.js';

it('what runs is rows/trellis-kernel.wat, assembled', async () => {
  const text = readFileSync(new URL('../rows/trellis-kernel.wat', import.meta.url), 'utf8');
  const module = (await wabt()).parseWat('trellis-kernel.wat', text, { simd: true });
  expect(TRELLIS_KERNEL).toBe(Buffer.from(module.toBinary({}).buffer).toString('base64'));
});

it('says how much room was asked for where there is none', () => {
  expect(() => instantiate(TRELLIS_KERNEL, 5e9)).toThrowError(
    expect.objectContaining({ code: 'kernels.out-of-memory', message: expect.stringContaining('5000 MB') }),
  );
});
