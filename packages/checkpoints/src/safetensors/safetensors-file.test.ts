import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGlotError } from '@glot/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SafetensorsFile } from './safetensors-file.js';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glot-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a file from a header, as text or object, and the data after it. */
async function file(header: string | object, data: Uint8Array | number, headerBytes?: bigint): Promise<string> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(headerBytes ?? BigInt(text.length));
  count += 1;
  const path = join(folder, `${count}.safetensors`);
  await writeFile(path, Buffer.concat([prefix, text, typeof data === 'number' ? Buffer.alloc(data) : data]));
  return path;
}

const tensor = (dtype: string, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });
const corrupt = expect.objectContaining({ code: 'lfm2.safetensors' });

describe('SafetensorsFile', () => {
  it('reads tensors of every float type exactly', async () => {
    // 1, -2, smallest subnormal, largest half, infinity, -0
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000);
    const brains = Uint16Array.of(0x3f80, 0xc000, 0x0001, 0x7f80);
    const singles = Float32Array.of(0.1, -7, 1e-45);
    const data = Buffer.concat([halves, brains, singles].map((array) => Buffer.from(array.buffer)));
    const path = await file(
      {
        __metadata__: { format: 'pt' },
        h: tensor('F16', [2, 3], [0, 12]),
        'ä.β': tensor('BF16', [4], [12, 20]),
        s: tensor('F32', [3], [20, 32]),
        empty: tensor('F32', [0, 5], [32, 32]),
        scalar: tensor('I64', [], [32, 40]),
      },
      Buffer.concat([data, Buffer.from(BigInt64Array.of(-5n).buffer)]),
    );
    const opened = await SafetensorsFile.open(path);
    expect(opened.names).toEqual(['h', 'ä.β', 's', 'empty', 'scalar']);
    expect(opened.describe('h')).toMatchObject({ dtype: 'F16', shape: [2, 3] });
    expect([...(await opened.readFloats('h'))]).toEqual([1, -2, 2 ** -24, 65504, Infinity, -0]);
    expect([...(await opened.readFloats('ä.β'))]).toEqual([1, -2, 2 ** -133, Infinity]);
    expect(await opened.readFloats('s')).toEqual(singles);
    expect((await opened.readFloats('empty')).length).toBe(0);
    const { bytes } = await opened.read('scalar');
    expect(new DataView(bytes.buffer).getBigInt64(0, true)).toBe(-5n);
    await expect(opened.readFloats('scalar')).rejects.toThrowError(expect.objectContaining({ code: 'lfm2.dtype' }));
    await expect(opened.read('none')).rejects.toThrowError(expect.objectContaining({ code: 'lfm2.tensor' }));
    await opened.close();
  });

  it('gives matrices in blocks of 4 and 8 bits as f32, under their plain names', async () => {
    // Q4_0: scale 0.5, low halves 0..15 (the first 16 numbers), high halves 15..0; Q8_0: scale 2, -16..15
    const four = Uint8Array.from([0x00, 0x38, ...Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4))]);
    const eight = Uint8Array.from([0x00, 0x40, ...Array.from({ length: 32 }, (_, i) => i - 16)]);
    const header = {
      'w.q4_0': tensor('U8', [2, 18], [0, 36]),
      'v.q8_0': tensor('U8', [1, 34], [36, 70]),
      b: tensor('F32', [1], [70, 74]),
    };
    const path = await file(header, Buffer.concat([four, four, eight, Buffer.alloc(4)]));
    const opened = await SafetensorsFile.open(path);
    expect(opened.names).toEqual(['w', 'v', 'b']);
    expect(opened.describe('w')).toEqual({ dtype: 'F32', shape: [2, 32] });
    expect(['w', 'v', 'b'].map((name) => opened.blockBits(name))).toEqual([4, 8, null]);
    const row = [
      ...Array.from({ length: 16 }, (_, i) => (i - 8) / 2),
      ...Array.from({ length: 16 }, (_, i) => (7 - i) / 2),
    ];
    expect([...(await opened.readFloats('w'))]).toEqual([...row, ...row]);
    expect([...(await opened.readFloats('v'))]).toEqual(Array.from({ length: 32 }, (_, i) => 2 * (i - 16)));
    await opened.close();
    for (const bad of [
      { 'w.q4_0': tensor('U8', [2, 17], [0, 34]) },
      { 'w.q4_0': tensor('I8', [2, 18], [0, 36]) },
      { 'w.q4_0': tensor('U8', [36], [0, 36]) },
      { 'w.q4_0': tensor('U8', [1, 18], [0, 18]), w: tensor('U8', [18], [18, 36]) },
      { 'w.q4_0': tensor('U8', [1, 18], [0, 18]), 'w.q8_0': tensor('U8', [1, 34], [18, 52]) },
    ]) {
      const bytes = Math.max(...Object.values(bad).map((entry) => (entry.data_offsets as number[])[1]!));
      await expect(SafetensorsFile.open(await file(bad, bytes)), JSON.stringify(bad)).rejects.toThrowError(corrupt);
    }
  });

  it('refuses files that are too short or claim a header they do not have', async () => {
    const short = join(folder, 'short.safetensors');
    await writeFile(short, 'abc');
    await expect(SafetensorsFile.open(short)).rejects.toThrowError(corrupt);
    for (const claimed of [3n, 1000n, 2n ** 31n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n, 0n]) {
      await expect(SafetensorsFile.open(await file('{"a":1}', 4, claimed))).rejects.toThrowError(corrupt);
    }
    const huge = join(folder, 'huge.safetensors');
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(2n ** 33n);
    await writeFile(huge, prefix);
    await truncate(huge, 2 ** 34); // sparse: the claim fits the file, and must still not be allocated
    await expect(SafetensorsFile.open(huge)).rejects.toThrowError(corrupt);
  });

  it('refuses headers that are no JSON object or no UTF-8', async () => {
    for (const header of ['', '[]', 'null', '"x"', '{"a":', '{"a":1}', '[['.repeat(100_000), '{"a":{"dtype":"F32"}}']) {
      await expect(SafetensorsFile.open(await file(header, 4))).rejects.toThrowError(corrupt);
    }
    const path = await file('{"a":1}', 4);
    const bytes = Buffer.from([7, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    await writeFile(path, bytes);
    await expect(SafetensorsFile.open(path)).rejects.toThrowError(corrupt);
  });

  it('refuses tensors that lie about their place, size or type', async () => {
    const four = tensor('F32', [4], [0, 16]);
    for (const header of [
      { a: tensor('F32', [4], [0, 20]) },
      { a: tensor('F32', [5], [0, 16]) },
      { a: tensor('F32', [4], [16, 0]) },
      { a: tensor('F32', [4], [-16, 0]) },
      { a: tensor('F32', [4], [0, 16, 32]) },
      { a: tensor('F32', [4], [0.5, 16]) },
      { a: tensor('F32', [-4], [0, 16]) },
      { a: tensor('F32', [2 ** 31, 2 ** 31], [0, 16]) },
      { a: tensor('F32', ['4'], [0, 16]) },
      { a: tensor('F33', [4], [0, 16]) },
      { a: tensor('toString', [4], [0, 16]) },
      { a: four, b: four },
      { a: four, b: tensor('F32', [2], [8, 16]) },
      { a: tensor('F32', [2], [0, 8]) },
      { a: tensor('F32', [2], [8, 16]) },
      { a: null },
    ]) {
      await expect(SafetensorsFile.open(await file(header, 16)), JSON.stringify(header)).rejects.toThrowError(corrupt);
    }
  });

  it('refuses a name that is written twice, inside of entries too', async () => {
    const entry = '{"dtype":"F32","shape":[4],"data_offsets":[0,16]}';
    await expect(SafetensorsFile.open(await file(`{"a":${entry},"a":${entry}}`, 16))).rejects.toThrowError(corrupt);
    const twice = entry.replace('"shape"', '"dtype":"F32","shape"');
    await expect(SafetensorsFile.open(await file(`{"a":${twice}}`, 16))).rejects.toThrowError(corrupt);
    const odd = await SafetensorsFile.open(await file(`{"a:\\"{b":${entry}}`, 16));
    expect(odd.names).toEqual(['a:"{b']);
    await odd.close();
  });

  it('says nothing but typed errors to a file cut off anywhere, to flipped bits and to random bytes', async () => {
    const header = {
      __metadata__: { format: 'pt' },
      'ä.β': tensor('F32', [4], [0, 16]),
      b: tensor('BF16', [2, 3], [16, 28]),
    };
    const whole = await readFile(await file(header, 28));
    const path = join(folder, 'fuzzed.safetensors');
    const outcome = async (bytes: Uint8Array) => {
      await writeFile(path, bytes);
      let opened: SafetensorsFile | null = null;
      try {
        opened = await SafetensorsFile.open(path);
        for (const name of opened.names) await opened.readFloats(name);
        return 'read';
      } catch (error) {
        if (isGlotError(error)) return error.code;
        throw error;
      } finally {
        await opened?.close();
      }
    };
    expect(await outcome(whole)).toBe('read');
    for (let length = 0; length < whole.length; length += 1) {
      expect(await outcome(whole.subarray(0, length)), `cut at ${length}`).toBe('lfm2.safetensors');
    }
    const headerBytes = whole.length - 28;
    const seen = new Set<string>();
    const copy = Uint8Array.from(whole);
    for (let bit = 0; bit < headerBytes * 8; bit += 1) {
      copy[bit >> 3]! ^= 1 << (bit & 7);
      seen.add(await outcome(copy));
      copy[bit >> 3]! ^= 1 << (bit & 7);
    }
    let state = 20_261_124;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 8;
    };
    for (let round = 0; round < 500; round += 1) {
      const bytes = Uint8Array.from(whole);
      for (let hits = 1 + (random() % 4); hits > 0; hits -= 1) bytes[random() % headerBytes] = random();
      seen.add(await outcome(bytes));
    }
    // A changed letter of a name or of the metadata harms nothing.
    expect(seen).toEqual(new Set(['read', 'lfm2.safetensors']));
  });

  it('tells a file that was cut after it was opened', async () => {
    const path = await file({ a: tensor('F32', [4], [0, 16]) }, 16);
    const opened = await SafetensorsFile.open(path);
    await truncate(path, 70);
    await expect(opened.read('a')).rejects.toThrowError(corrupt);
    await opened.close();
  });

  it('tells a missing file and a folder', async () => {
    await mkdir(join(folder, 'dir'));
    for (const name of ['missing', 'dir']) {
      await expect(SafetensorsFile.open(join(folder, name))).rejects.toThrowError(
        expect.objectContaining({ code: 'lfm2.not-found' }),
      );
    }
  });
});
