import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layoutOf } from './tensor-types.js';

interface Golden {
  readonly types: Readonly<
    Record<string, { readonly blocks: number; readonly bytes: string; readonly numbers: string }>
  >;
}

const golden = JSON.parse(readFileSync(new URL('./quants.golden.json', import.meta.url), 'utf8')) as Golden;
const CODES = { Q8_0: 8, Q4_0: 2, Q4_K: 12, Q5_K: 13, Q6_K: 14 } as const;

describe('dequantization', () => {
  for (const [name, code] of Object.entries(CODES)) {
    it(`gives the numbers of ggml for ${name}, bit for bit`, () => {
      const layout = layoutOf(code)!;
      const { blocks, bytes, numbers } = golden.types[name]!;
      const raw = new Uint8Array(Buffer.from(bytes, 'base64'));
      const expected = new Uint8Array(Buffer.from(numbers, 'base64'));
      expect(layout.name).toBe(name);
      expect(raw.length).toBe(blocks * layout.blockBytes);
      const margin = 3;
      const out = new Float32Array(blocks * layout.blockLength + 2 * margin).fill(7);
      layout.dequantize!(raw, blocks, out, margin);
      const inner = out.subarray(margin, out.length - margin);
      const reference = new Float32Array(expected.buffer);
      expect(inner.length).toBe(reference.length);
      expect(inner.findIndex((value, i) => value !== reference[i])).toBe(-1);
      expect([...out.subarray(0, margin), ...out.subarray(-margin)]).toEqual(new Array(2 * margin).fill(7));
    });
  }
});
