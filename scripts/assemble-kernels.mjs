// Writes level-kernel-binary.ts from level-kernel.wat. A test sees to it that the two belong together.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const folder = new URL('../packages/kernels/src/maxsim/', import.meta.url);
const wabt = await createRequire(new URL('../packages/kernels/package.json', import.meta.url))('wabt')();
const text = readFileSync(new URL('level-kernel.wat', folder), 'utf8');
const { buffer } = wabt.parseWat('level-kernel.wat', text, { simd: true }).toBinary({});
writeFileSync(
  new URL('level-kernel-binary.ts', folder),
  `/** level-kernel.wat, assembled by \`pnpm assemble\`; base64. */
export const LEVEL_KERNEL =
  '${Buffer.from(buffer).toString('base64')}';
`,
);
