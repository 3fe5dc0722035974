// Writes NAME-binary.ts from each NAME.wat. A test sees to it that the two belong together.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const wabt = await createRequire(new URL('../packages/kernels/package.json', import.meta.url))('wabt')();

for (const name of [
  'kernels/src/rows/trellis-kernel',
  'index/src/ivf/kernels/score-kernel',
  'index/src/ivf/kernels/nearest-kernel',
  'index/src/codecs/rounding/residual-kernel',
  'index/src/codecs/rounding/rounding-kernel',
]) {
  const base = new URL(`../packages/${name}`, import.meta.url).href;
  const file = name.slice(name.lastIndexOf('/') + 1);
  const module = wabt.parseWat(`${file}.wat`, readFileSync(new URL(`${base}.wat`), 'utf8'), { simd: true });
  const binary = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const constant = file.replaceAll('-', '_').toUpperCase();
  writeFileSync(
    new URL(`${base}-binary.ts`),
    `/** ${file}.wat, assembled by \`pnpm assemble\`; base64. */\nexport const ${constant} =\n  '${binary}';\n`,
  );
}
