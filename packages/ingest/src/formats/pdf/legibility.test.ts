import { describe, expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { isLegible, legibleGlyphs } from './legibility.js';

describe('isLegible', () => {
  it.each([
    'Der Wi-Fi接続 steht im 3D-Druck neben Tシャツ und K팝.',
    'العربية 中文 Русский ไทย 日本語 한국어 Ελληνικά हिन्दी',
    'ἄγγελος ἀγελεία и даже немного кириллицы',
    'น้ำขึ้นน้ำลงวันละสองครั้ง และ Bangkok',
    'ab ϲΒϴ',
    '人々は時々、山々を眺める。佐々木',
    'ʻO ka ʻōlelo Hawaiʻi ka ʻōlelo ʻōiwi o Hawaiʻi',
    'Oʻzbekiston toʻgʻri soʻzi toʻlov',
    'сімʼя памʼять пʼять обʼєкт',
    'ﾃﾞｰﾀ ｾﾝﾀｰ ｶﾌﾞｼｷｶﾞｲｼｬ ﾊﾟｿｺﾝ',
    '47 kΩ 10 mΩ 22 µH 5 μs Δt Ωm',
    'ˈθɪŋkɪŋ ðə ˈtʃɛs ˈβæθə',
  ])('%s', (text) => expect(isLegible(text)).toBe(true));

  it.each(['ΰԔϸЇΨ ϣÎgϙķϢʆ i ඥ੒Ǌһ ӍΉʽী Ǌһ', 'ࠒۉī ߓ˸Ե ΰചʽ ဍ̮̓ ͵ౖȈȥ Ǭ්'])('not %s', (text) =>
    expect(isLegible(text)).toBe(false),
  );
});

describe('legibleGlyphs', () => {
  it('drops a font that cannot be read, and says how much that is', () => {
    const good = glyphsOf('Chapter 1', { font: 'good' });
    const garbled = glyphsOf('ΰԔϸЇ ϣÎgϙ ඥ੒Ǌһ ӍΉʽী', { font: 'bad' });
    expect(legibleGlyphs([...good, ...garbled])).toEqual({ glyphs: good, kept: 9, dropped: garbled.length });
  });

  it('drops glyphs that no letter is named for', () => {
    const [known, unknown] = [
      glyphsOf('Gezeiten'),
      glyphsOf('\u0003\u0004').map((glyph) => ({ ...glyph, isNamed: false })),
    ];
    expect(legibleGlyphs([...known, ...unknown])).toEqual({ glyphs: known, kept: 8, dropped: 2 });
    const byCode = glyphsOf('à É ü', { font: 'old' }).map((glyph) => ({ ...glyph, isNamed: false }));
    expect(legibleGlyphs(byCode).glyphs).toEqual(byCode);
    const subset = glyphsOf('!"#$a%', { font: 'subset' }).map((glyph) => ({ ...glyph, isNamed: false }));
    expect(legibleGlyphs(subset).glyphs).toEqual([]);
  });
});
