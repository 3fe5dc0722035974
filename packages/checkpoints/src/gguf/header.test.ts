import { isGlotError } from '@glot/errors';
import { ggufBytes, seededNumbers, type WrittenFile, type WrittenTensor } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { parseGgufHeader } from './header.js';

const numbers = (count: number) => new Uint8Array(count * 4);
const tensor = (change: Partial<WrittenTensor> = {}): WrittenTensor => ({
  name: 'a.weight',
  shape: [4, 8],
  code: 0,
  bytes: numbers(32),
  ...change,
});
const second = tensor({ name: 'b.weight' });

function parse(file: WrittenFile) {
  const bytes = ggufBytes(file);
  return parseGgufHeader(bytes, bytes.length, 'model.gguf');
}

describe('parseGgufHeader', () => {
  it('reads metadata of all kinds, in many scripts', () => {
    const header = parse({
      fields: [
        { key: 'name', type: 'string', value: 'नमस्ते 世界 👩‍👩‍👧' },
        { key: 'small', type: 'u8', value: 255 },
        { key: 'flag', type: 'bool', value: true },
        { key: 'half', type: 'f32', value: 0.5 },
        { key: 'double', type: 'f64', value: 0.1 },
        { key: 'big', type: 'u64', value: 2n ** 40n },
        { key: 'layers', type: 'i32', value: [0, -1, 8] },
        { key: 'tokens', type: 'string', value: ['สวัสดี', '', 'e\u0301'] },
        { key: 'flags', type: 'bool', value: [true, false] },
      ],
    })!;
    expect(Object.fromEntries(header.metadata)).toEqual({
      name: 'नमस्ते 世界 👩‍👩‍👧',
      small: 255,
      flag: true,
      half: 0.5,
      double: 0.1,
      big: 2 ** 40,
      layers: Int32Array.of(0, -1, 8),
      tokens: ['สวัสดี', '', 'e\u0301'],
      flags: Uint8Array.of(1, 0),
    });
  });

  it('places the tensors, slowest axis first', () => {
    const header = parse({ tensors: [tensor({ shape: [2, 3, 5], bytes: numbers(30) }), second] })!;
    const [first, other] = [...header.tensors.values()];
    expect(first).toMatchObject({ name: 'a.weight', shape: [2, 3, 5], bytes: 120 });
    expect(other!.start - first!.start).toBe(128);
    expect(first!.start % 32).toBe(0);
  });

  it('keeps to the alignment that the file states', () => {
    const fields = [{ key: 'general.alignment', type: 'u32', value: 256 }] as const;
    const header = parse({ alignment: 256, fields, tensors: [tensor({ bytes: numbers(32) }), second] })!;
    expect([...header.tensors.values()].map(({ start }) => start % 256)).toEqual([0, 0]);
  });

  it('asks for more bytes where the window ends before the header', () => {
    const bytes = ggufBytes({ fields: [{ key: 'k', type: 'string', value: 'x'.repeat(100) }], tensors: [tensor()] });
    expect(parseGgufHeader(bytes.subarray(0, 60), bytes.length, 'model.gguf')).toBeNull();
    expect(parseGgufHeader(bytes, bytes.length, 'model.gguf')).not.toBeNull();
  });

  const field = { key: 'k', type: 'i32', value: [1, 2] } as const;
  const hostile: readonly (readonly [string, WrittenFile, string])[] = [
    ['another magic', { magic: 'GGML' }, 'lfm2.gguf'],
    ['version 1', { version: 1 }, 'lfm2.unsupported'],
    ['version 4', { version: 4 }, 'lfm2.unsupported'],
    ['big-endian files', { version: 0x03000000 }, 'lfm2.unsupported'],
    ['a huge number of tensors', { claimedTensors: 2n ** 63n }, 'lfm2.gguf'],
    ['more tensors than fit', { claimedTensors: 60_000n }, 'lfm2.gguf'],
    ['a huge number of metadata entries', { claimedFields: 2n ** 64n - 1n }, 'lfm2.gguf'],
    ['a huge array', { fields: [{ ...field, claimedLength: 2n ** 61n }] }, 'lfm2.gguf'],
    ['an array longer than the file', { fields: [{ ...field, claimedLength: 1000n }] }, 'lfm2.gguf'],
    ['a key twice', { fields: [field, field] }, 'lfm2.gguf'],
    ['a name twice', { tensors: [tensor(), tensor()] }, 'lfm2.gguf'],
    ['overlapping tensors', { tensors: [tensor(), { ...second, offset: 96n }] }, 'lfm2.gguf'],
    ['one place for two tensors', { tensors: [tensor(), { ...second, offset: 0n }] }, 'lfm2.gguf'],
    ['an offset beyond the file', { tensors: [tensor({ offset: 4096n })] }, 'lfm2.gguf'],
    ['an offset of 2^64 - 32', { tensors: [tensor({ offset: 2n ** 64n - 32n })] }, 'lfm2.gguf'],
    ['an unaligned offset', { tensors: [tensor(), { ...second, offset: 129n }] }, 'lfm2.gguf'],
    ['a tensor larger than the file', { tensors: [tensor({ shape: [4096, 8] })] }, 'lfm2.gguf'],
    ['extents whose product overflows', { tensors: [tensor({ shape: [2 ** 40, 2 ** 40] })] }, 'lfm2.gguf'],
    ['extents whose product wraps to zero', { tensors: [tensor({ shape: [2n ** 32n, 2n ** 32n] })] }, 'lfm2.gguf'],
    ['an extent of zero', { tensors: [tensor({ shape: [0, 8] })] }, 'lfm2.gguf'],
    ['no extents', { tensors: [tensor({ shape: [] })] }, 'lfm2.gguf'],
    ['five extents', { tensors: [tensor({ shape: [1, 1, 1, 1, 8] })] }, 'lfm2.gguf'],
    ['rows of broken blocks', { tensors: [tensor({ code: 8, shape: [2, 48], bytes: numbers(34) })] }, 'lfm2.gguf'],
    ['a type that is not read', { tensors: [tensor({ code: 10 })] }, 'lfm2.dtype'],
    ['an unknown type', { tensors: [tensor({ code: 12_345 })] }, 'lfm2.dtype'],
    ['alignment zero', { fields: [{ key: 'general.alignment', type: 'u32', value: 0 }] }, 'lfm2.gguf'],
    ['alignment 24', { fields: [{ key: 'general.alignment', type: 'u32', value: 24 }] }, 'lfm2.gguf'],
    ['alignment 2^31', { fields: [{ key: 'general.alignment', type: 'u32', value: 2 ** 31 }] }, 'lfm2.gguf'],
    ['a long name', { tensors: [tensor({ name: 'x'.repeat(300) })] }, 'lfm2.gguf'],
  ];
  for (const [what, file, code] of hostile) {
    it(`refuses ${what}`, () => expect(() => parse(file)).toThrowError(expect.objectContaining({ code })));
  }

  it('names the supported types where it refuses one', () => {
    expect(() => parse({ tensors: [tensor({ code: 10 })] })).toThrow(/Q2_K.*Q8_0/);
  });

  it('refuses arrays of arrays and unknown value types', () => {
    const withType = (type: number) => {
      const bytes = ggufBytes({ fields: [{ key: 'k', type: 'u32', value: 1 }] });
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(24 + 8 + 1, type, true);
      return () => parseGgufHeader(bytes, bytes.length, 'model.gguf');
    };
    expect(withType(99)).toThrowError(expect.objectContaining({ code: 'lfm2.gguf' }));
    const nested = ggufBytes({ fields: [{ key: 'k', type: 'u32', value: [1, 2, 3, 4] }] });
    new DataView(nested.buffer, nested.byteOffset).setUint32(24 + 8 + 1 + 4, 9, true);
    expect(() => parseGgufHeader(nested, nested.length, 'model.gguf')).toThrowError(
      expect.objectContaining({ code: 'lfm2.gguf' }),
    );
  });
});

describe('parseGgufHeader on damaged files', () => {
  const bytes = ggufBytes({
    fields: [
      { key: 'general.architecture', type: 'string', value: 'lfm2' },
      { key: 'lfm2.attention.head_count_kv', type: 'i32', value: [0, 0, 2] },
      { key: 'tokenizer.ggml.tokens', type: 'string', value: ['<|pad|>', 'Ġ世', 'é'] },
      { key: 'general.alignment', type: 'u32', value: 32 },
    ],
    tensors: [tensor(), tensor({ name: 'b.weight', code: 8, shape: [2, 64], bytes: new Uint8Array(136) })],
  });
  const headerBytes = 24 + 400;

  const outcome = (data: Uint8Array, fileBytes = data.length): string => {
    try {
      return parseGgufHeader(data, fileBytes, 'model.gguf') === null ? 'needs more' : 'read';
    } catch (error) {
      if (isGlotError(error)) return error.code;
      throw error;
    }
  };

  it('refuses a file cut off at any byte', () => {
    for (let length = 0; length < bytes.length - 24; length += 1) {
      expect(outcome(bytes.subarray(0, length)), `cut at ${length}`).toBe('lfm2.gguf');
    }
  });

  it('says nothing but typed errors to any flipped bit', () => {
    const copy = Uint8Array.from(bytes);
    const seen = new Map<string, number>();
    for (let bit = 0; bit < Math.min(headerBytes, bytes.length) * 8; bit += 1) {
      copy[bit >> 3]! ^= 1 << (bit & 7);
      const result = outcome(copy);
      seen.set(result, (seen.get(result) ?? 0) + 1);
      copy[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(new Set(seen.keys())).toEqual(new Set(['read', 'lfm2.gguf', 'lfm2.dtype', 'lfm2.unsupported']));
    expect(seen.get('lfm2.gguf')!).toBeGreaterThan(500);
  });

  it('says nothing but typed errors to random bytes and extreme words', () => {
    const next = seededNumbers(20261123);
    const random = () => Math.floor(next() * 2 ** 32);
    const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff];
    for (let round = 0; round < 5_000; round += 1) {
      const copy = Uint8Array.from(bytes);
      const view = new DataView(copy.buffer);
      for (let hits = 1 + (random() % 4); hits > 0; hits -= 1) {
        const at = 8 + (random() % (headerBytes - 12));
        if (random() % 2) copy[at] = random() % 256;
        else view.setUint32(at, extremes[random() % extremes.length]!, true);
      }
      expect(outcome(copy)).not.toBe('needs more');
    }
  });
});
