import type { Hit } from '@glot/index';
import { describe, expect, it } from 'vitest';
import { diversify } from './diversity.js';

const LONG = 'eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn';

function pool(...hits: readonly (readonly [documentId: number, text: string])[]): Hit[] {
  return hits.map(
    ([documentId, text], i) => ({ documentId, text, passageId: i + 1, rank: i + 1, path: `${documentId}.md` }) as Hit,
  );
}

describe('diversify', () => {
  it('lets no document take more than half of the places while others wait', () => {
    const { hits, dropped } = diversify(pool([1, 'a'], [1, 'b'], [1, 'c'], [1, 'd'], [2, 'e'], [3, 'f']), 4);
    expect(hits.map(({ text, rank }) => [text, rank])).toEqual([
      ['a', 1],
      ['b', 2],
      ['e', 3],
      ['f', 4],
    ]);
    expect(dropped).toEqual([
      { passageId: 3, path: '1.md', reason: 'crowded', tokens: 0 },
      { passageId: 4, path: '1.md', reason: 'crowded', tokens: 0 },
    ]);
    const alone = diversify(pool([1, 'a'], [1, 'b'], [1, 'c'], [2, 'd']), 4);
    expect(alone.hits.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
    expect(alone.dropped).toEqual([]);
  });

  it('drops what another document says nearly word by word, in any script', () => {
    const thai = 'แม่น้ำเจ้าพระยาไหลผ่านกรุงเทพมหานครและจังหวัดอื่นในภาคกลางของประเทศไทยก่อนไหลลงสู่ทะเล';
    const { hits, dropped } = diversify(
      pool([1, LONG], [2, `${LONG} vierzehn`], [3, thai], [4, `${thai}อ่าวไทย`], [5, 'x']),
      4,
    );
    expect(hits.map(({ documentId }) => documentId)).toEqual([1, 3, 5]);
    expect(dropped.map(({ path, reason }) => [path, reason])).toEqual([
      ['2.md', 'near-duplicate'],
      ['4.md', 'near-duplicate'],
    ]);
  });

  it('keeps overlapping passages of one document and short texts alike', () => {
    expect(diversify(pool([1, LONG], [1, LONG], [2, 'ja'], [3, 'ja']), 4).hits).toHaveLength(4);
  });
});
