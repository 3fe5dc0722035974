import { describe, expect, it } from 'vitest';
import { countWords, verifyCitation } from './citation-verification.js';

/** The verdict's span must be the quote it reports. */
function verifiedSpan(text: string, quote: string, rest: object = {}): string | null {
  const verdict = verifyCitation(text, { quote, ...rest });
  if (!verdict.verified) return null;
  expect(text.slice(verdict.start, verdict.end)).toBe(verdict.quote);
  return verdict.quote;
}

describe('verifyCitation', () => {
  it('finds Arabic letters behind presentation forms, and the other way round', () => {
    const forms = 'هنا: ﻣﺮﺣﺒﺎ ﺑﺎﻟﻌﺎﻟﻢ ﺍﻟﺠﻤﻴﻞ.';
    const letters = 'هنا: مرحبا بالعالم الجميل.';
    expect(verifiedSpan(forms, 'مرحبا بالعالم الجميل')).toBe('ﻣﺮﺣﺒﺎ ﺑﺎﻟﻌﺎﻟﻢ ﺍﻟﺠﻤﻴﻞ');
    expect(verifiedSpan(letters, 'ﻣﺮﺣﺒﺎ ﺑﺎﻟﻌﺎﻟﻢ ﺍﻟﺠﻤﻴﻞ')).toBe('مرحبا بالعالم الجميل');
    expect(verifiedSpan('قال \uFEFBيوجد شيء هنا', 'قال لايوجد شيء')).toBe('قال \uFEFBيوجد شيء');
  });

  it('finds full-width and half-width forms', () => {
    expect(verifiedSpan('型番はＡＢＣ－１２３　です。', '型番はABC-123です')).toBe('型番はＡＢＣ－１２３　です');
    expect(verifiedSpan('彼はｶﾞﾗｽを割った。', '彼はガラスを割った。')).toBe('彼はｶﾞﾗｽを割った。');
  });

  it('finds Chinese and Japanese text across line breaks', () => {
    const text = '说明：长城是中国古代的\n军事防御工程，全长两万多公里。';
    expect(verifiedSpan(text, '长城是中国古代的军事防御工程')).toBe('长城是中国古代的\n军事防御工程');
  });

  it('finds Thai, on whole characters only', () => {
    const text = 'กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย ที่นี่';
    expect(verifiedSpan(text, 'เป็นเมืองหลวงของประเทศไทย')).toBe('เป็นเมืองหลวงของประเทศไทย');
    expect(verifiedSpan('เป็นเมืองหลวงที่', 'เป็นเมืองหลวงที')).toBeNull();
  });

  it('finds decomposed accents, and does not take a bare letter for an accented one', () => {
    const decomposed = 'Le cafe\u0301 est tre\u0300s bon.';
    expect(verifiedSpan(decomposed, 'Le café est très bon')).toBe('Le cafe\u0301 est tre\u0300s bon');
    expect(verifiedSpan(decomposed, 'Le cafe est')).toBeNull();
    expect(verifiedSpan('Il boit un cafe\u0301', 'boit un cafe')).toBeNull();
    expect(verifiedSpan('đi a\u0323\u0302m thanh na\u0302\u0323m', 'đi ậm thanh nậm')).toBe(
      'đi a\u0323\u0302m thanh na\u0302\u0323m',
    );
  });

  it('counts UTF-16 units around emoji and never cuts one apart', () => {
    const text = '🎉🎉 The crew 👩🏽‍🚀 landed at noon 🇯🇵🇫🇷.';
    const verdict = verifyCitation(text, { quote: 'crew 👩🏽‍🚀 landed at noon' });
    expect(verdict).toEqual({ verified: true, start: 9, end: 36, quote: 'crew 👩🏽‍🚀 landed at noon' });
    expect(verifiedSpan(text, 'The crew is 👩')).toBeNull();
    expect(verifiedSpan('we saw the 👩🏽‍🚀', 'we saw the 👩🏽')).toBeNull();
    expect(verifiedSpan('landed at noon 🇯🇵', 'landed at noon 🇯')).toBeNull();
  });

  it('finds words with soft hyphens and broken lines', () => {
    const text = 'The infor\u00ADma\u00AD\ntion was  sent\r\n on\u00A0Monday.';
    expect(verifiedSpan(text, 'The information was sent on Monday')).toBe(
      'The infor\u00ADma\u00AD\ntion was  sent\r\n on\u00A0Monday',
    );
  });

  it('finds ligatures, but not half of one', () => {
    expect(verifiedSpan('We ﬁnally found it', 'We finally found')).toBe('We ﬁnally found');
    expect(verifiedSpan('so ﬁnally we met', 'inally we met')).toBeNull();
    expect(verifiedSpan('we met the cliﬀ', 'we met the clif')).toBeNull();
  });

  it('refuses what the text does not say', () => {
    const text = 'Tokyo is the capital of Japan.';
    expect(verifyCitation(text, { quote: 'Kyoto is the capital of Japan.' })).toEqual({
      verified: false,
      reason: 'not-found',
    });
    expect(verifyCitation(text, { quote: 'tokyo is the capital' })).toEqual({ verified: false, reason: 'not-found' });
    expect(verifyCitation('', { quote: 'Tokyo is the capital' })).toEqual({ verified: false, reason: 'not-found' });
  });

  it('refuses quotes of fewer than three words in any script', () => {
    for (const quote of ['', '  \n', '🍕🍕🍕🍕', '—', 'the capital', '東京', 'กรุงเทพ', 'المدرسة القديمة']) {
      expect(verifyCitation(`x ${quote} y`, { quote }), quote).toEqual({ verified: false, reason: 'too-short' });
    }
    expect(verifiedSpan('そう、東京は日本の首都です。', '日本の首都')).toBe('日本の首都');
    expect(verifiedSpan('the capital', 'capital', { minimumWords: 1 })).toBe('capital');
    expect(verifyCitation('🍕', { quote: '🍕', minimumWords: 0 }).verified).toBe(true);
  });

  it('looks only inside the cited stretch and gives offsets of the document', () => {
    const text = 'One two three. 一二。 One two three.';
    expect(verifyCitation(text, { quote: 'One two three', within: { start: 4, end: text.length } })).toMatchObject({
      start: 19,
      end: 32,
    });
    expect(verifiedSpan(text, 'One two three', { within: { start: 1, end: 22 } })).toBeNull();
  });

  it('takes the place nearest to the hint', () => {
    const text = 'ab cd ef. '.repeat(5);
    expect(verifyCitation(text, { quote: 'ab cd ef', near: 21 })).toMatchObject({ start: 20 });
    expect(verifyCitation(text, { quote: 'ab cd ef' })).toMatchObject({ start: 0 });
  });
});

describe('countWords', () => {
  it('counts dictionary words where no blanks are written', () => {
    expect(countWords('東京は日本の首都です。')).toBe(6);
    expect(countWords('ประเทศไทยมีเมืองหลวง')).toBe(4);
    expect(countWords('كتبوها في المدرسة!')).toBe(3);
    expect(countWords('🍕 — …')).toBe(0);
  });
});
