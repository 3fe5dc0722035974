import { describe, expect, it } from 'vitest';
import { eventData } from './event-stream.js';

async function read(text: string, size: number): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const found: string[] = [];
  for await (const data of eventData(chunks(), 1000)) found.push(data);
  return found;
}

describe('eventData', () => {
  const stream =
    ': ping\n\ndata: {"a":"東京"}\r\n\r\nevent: x\ndata:b\ndata:  🎉\n\nid: 7\n\rdata: cr\r\rdata: unfinished';

  it.each([1, 2, 3, 5, 1000])('reads events from pieces of %i bytes', async (size) => {
    expect(await read(stream, size)).toEqual(['{"a":"東京"}', 'b\n 🎉', 'cr']);
  });

  it('does not collect an event without end', async () => {
    await expect(read(`data: ${'x'.repeat(2000)}`, 100)).rejects.toThrow(RangeError);
    await expect(read(`data: ${'x'.repeat(90)}\n`.repeat(20), 100)).rejects.toThrow(RangeError);
  });
});
