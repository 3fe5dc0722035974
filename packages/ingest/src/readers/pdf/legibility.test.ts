import type { TextContent } from 'pdfjs-dist/types/src/display/api.js';
import { describe, expect, it } from 'vitest';
import { isLegible, legibleItems } from './legibility.js';

describe('isLegible', () => {
  it.each([
    'Der Wi-Fi接続 steht im 3D-Druck neben Tシャツ und K팝.',
    'العربية 中文 Русский ไทย 日本語 한국어 Ελληνικά हिन्दी',
    'ἄγγελος ἀγελεία и даже немного кириллицы',
    'น้ำขึ้นน้ำลงวันละสองครั้ง และ Bangkok',
    'ab ϲΒϴ',
  ])('%s', (text) => expect(isLegible(text)).toBe(true));

  it.each(['ΰԔϸЇΨ ϣÎgϙķϢʆ i ඥ੒Ǌһ ӍΉʽী Ǌһ', 'ࠒۉī ߓ˸Ե ΰചʽ ဍ̮̓ ͵ౖȈȥ Ǭ්'])('not %s', (text) =>
    expect(isLegible(text)).toBe(false),
  );
});

describe('legibleItems', () => {
  it('drops a font that cannot be read, and says how much that is', () => {
    const item = (str: string, fontName: string) => ({ str, fontName, hasEOL: false });
    const garbled = ['ΰԔϸЇ ', 'ϣÎgϙ ', 'ඥ੒Ǌһ ', 'ӍΉʽী '].map((str) => item(str, 'bad'));
    const items = [item('Chapter 1', 'good'), ...garbled] as TextContent['items'];
    expect(legibleItems(items)).toEqual({ items: [items[0]], kept: 9, dropped: 20 });
  });
});
