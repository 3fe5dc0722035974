import { describe, expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import type { Glyph } from './glyph.js';
import { linesOf } from './lines.js';

const texts = (glyphs: readonly Glyph[], isRightToLeftPage = false): string[] =>
  linesOf(glyphs, isRightToLeftPage).map(({ text }) => text);

/** Words with gaps of a third of the font size and no blanks, as TeX sets them. */
function words(text: string, options: Parameters<typeof glyphsOf>[1] = {}): Glyph[] {
  let x = options.x ?? 50;
  return text.split(' ').flatMap((word) => {
    const glyphs = glyphsOf(word, { ...options, x });
    x = glyphs.at(-1)!.right + 10 / 3;
    return glyphs;
  });
}

describe('blanks', () => {
  it('are where the file has them or the eye sees a gap', () => {
    expect(texts(glyphsOf('Ebbe und Flut'))).toEqual(['Ebbe und Flut']);
    expect(texts(words('Ebbe und Flut'))).toEqual(['Ebbe und Flut']);
  });

  it('are not those that the next glyph is set upon', () => {
    const glyphs = Array.from('关于红军').flatMap((character, at) => [
      ...glyphsOf(character, { x: 50 + at * 10 }),
      ...glyphsOf(' ', { x: 60 + at * 10 }),
    ]);
    expect(texts(glyphs)).toEqual(['关于红军']);
  });

  it('are not between letters that are spaced out', () => {
    expect(texts(glyphsOf('Die Sperrung der Brücke', { spacing: 2 }))).toEqual(['Die Sperrung der Brücke']);
    expect(texts(glyphsOf('BEKANNTMACHUNG', { spacing: 6 }))).toEqual(['BEKANNTMACHUNG']);
  });

  it('are not those typed between all letters of a word; wider ones part its words', () => {
    expect(texts(glyphsOf('B E K A N N T   G E M A C H T'))).toEqual(['BEKANNT GEMACHT']);
    expect(texts(glyphsOf('A B C D E F G'))).toEqual(['A B C D E F G']);
    expect(texts(glyphsOf('1 2 3 4 5 6 7'))).toEqual(['1 2 3 4 5 6 7']);
  });

  it('are not in Chinese and Japanese lines that are spread', () => {
    expect(texts(glyphsOf('会議室の予約は三日前', { spacing: 4 }))).toEqual(['会議室の予約は三日前']);
  });
});

describe('lines', () => {
  it('hold raised letters; the next line is another', () => {
    const note = glyphsOf('1', { x: 75, y: 704, size: 6 });
    expect(texts([...glyphsOf('Ebbe,'), ...note, ...glyphsOf('Flut', { y: 688 })])).toEqual(['Ebbe,1', 'Flut']);
  });

  it('are put in order where the pen went back over whole words', () => {
    expect(texts([...glyphsOf('Kapitel'), ...glyphsOf('12', { x: 200 }), ...glyphsOf('.....', { x: 120 })])).toEqual([
      'Kapitel ..... 12',
    ]);
  });

  it('of right-to-left text are read from the right, whichever way they are drawn', () => {
    const seen = Array.from('שעות הפתיחה').reverse().join('');
    const drawn = glyphsOf(seen);
    expect(texts(drawn)).toEqual(['שעות הפתיחה']);
    expect(texts([...drawn].reverse())).toEqual(['שעות הפתיחה']);
  });

  it('keep vowel signs with the letter they hang over, joiners between theirs', () => {
    const letters = glyphsOf('בר', { x: 50 });
    const sign = glyphsOf('\u05b8', { x: 56.5 });
    expect(texts([...letters, ...sign])).toEqual(['רָב'.normalize('NFC')]);
    expect(texts(glyphsOf(Array.from('می\u200cشود').reverse().join('')))).toEqual(['می\u200cشود']);
  });

  it('with a full stop at their left are part of right-to-left text on such a page', () => {
    expect(texts(glyphsOf('.info@example.org'), true)).toEqual(['info@example.org.']);
    expect(texts(glyphsOf('Hello (world).'), true)).toEqual(['Hello (world).']);
  });

  it('take soft hyphens within for hyphens', () => {
    expect(texts(glyphsOf('2024\u00ad05\u00ad17'))).toEqual(['2024-05-17']);
    expect(texts(glyphsOf('Immo\u00ad'))).toEqual(['Immo\u00ad']);
  });

  it('of vertical writing run from top to bottom, with marks of punctuation', () => {
    const column = (text: string, x: number): Glyph[] =>
      Array.from(text).flatMap((character, at) => glyphsOf(character, { x, y: 700 - at * 12 }));
    const lines = linesOf([...column('橋の工事は来週か', 300), ...column('ら始まります。', 276)], false);
    expect(lines.map(({ text, direction }) => [text, direction])).toEqual([
      ['橋の工事は来週か', 4],
      ['ら始まります。', 4],
    ]);
  });

  it('compose Thai AM that the font draws in two', () => {
    expect(texts(glyphsOf('นํ้า'))).toEqual(['น้ำ']);
  });
});

it('reads words of Nastaliq, whose letters fall and whose last one lies over the blank behind it', () => {
  const letter = (text: string, x: number, right: number, y: number): Glyph => ({
    ...glyphsOf(text, { x, y, size: 20 })[0]!,
    right,
  });
  const row = [
    letter('و', 40, 49, 700),
    letter('ک', 47, 61, 700),
    letter(' ', 53, 56, 700),
    letter('ہ', 55, 64, 700),
    letter('ع', 60, 70, 699),
    letter('ج', 66, 80, 711),
  ];
  expect(linesOf(row, true).map(({ text }) => text)).toEqual(['جعہ کو']);
});

it('takes a soft hyphen with the hyphen drawn for it, at the end of a line, for one', () => {
  const hyphen = { ...glyphsOf('‐', { x: 70 })[0]!, left: 70 };
  expect(linesOf([...glyphsOf('Ufer\u00ad'), hyphen], false)[0]!.text).toBe('Ufer\u00ad');
});
