import { describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  process.env.FORCE_COLOR = '1';
  delete process.env.NO_COLOR;
});
const { excerpt } = await import('./excerpt.js');

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const BOLD = /\u001b\[1m(.*?)\u001b\[22m/gu;
const boldIn = (text: string) => Array.from(text.matchAll(BOLD), (match) => match[1]);
const plain = (text: string) => text.replace(BOLD, '$1');
const lines = (text: string, query: string, options: object = {}) =>
  plain(excerpt(text, query, { indent: 2, lines: 2, columns: 40, ...options })).split('\n');

describe('excerpt', () => {
  it('sets the words of the query in bold, in any script', () => {
    expect(boldIn(excerpt('水と食料を七日分用意する', '地震の備え 水', { indent: 0, lines: 1, columns: 80 }))).toEqual([
      '水',
    ]);
    expect(boldIn(excerpt('يمكن للقارئ استعارة كتب', 'استعارة', { indent: 0, lines: 1, columns: 80 }))).toEqual([
      'استعارة',
    ]);
    expect(boldIn(excerpt('Ｃａｆé und Kuchen', 'café', { indent: 0, lines: 1, columns: 80 }))).toEqual(['Ｃａｆé']);
  });

  it('keeps particles and one or two letters as they are', () => {
    expect(boldIn(excerpt('海の水を飲む', '山の上を', { indent: 0, lines: 1, columns: 80 }))).toEqual([]);
    expect(boldIn(excerpt('a cup of tea', 'a of', { indent: 0, lines: 1, columns: 80 }))).toEqual([]);
  });

  it('never leaves its width, dots included', () => {
    const text =
      '大きな地震のあと、最短で十二分後に津波の第一波が届くと想定されています。日ごろの備えと判断が命を守ります。'.repeat(
        3,
      );
    const width = (line: string) =>
      [...line].reduce((sum, character) => sum + (character.codePointAt(0)! > 0x2e80 ? 2 : 1), 0);
    for (const line of lines(text, '津波')) expect(width(line)).toBeLessThanOrEqual(40);
    expect(lines(text, '判断').at(-1)).toMatch(/ …$/u);
  });

  it('shows the lines that hold most of the query, the beginning where others hold no more', () => {
    const text = `${'An opening that says little of use. '.repeat(6)}The oak beams were rotten and had to go.`;
    expect(lines(text, 'rotten oak beams')[0]).toMatch(/^ {2}… /u);
    expect(lines(text, 'rotten oak beams').join(' ')).toContain('rotten');
    expect(lines(text, 'opening')[0]).toMatch(/^ {2}An opening/u);
    expect(lines(text, 'nothing of this')[0]).toMatch(/^ {2}An opening/u);
  });

  it('leaves out headings that stand above it already', () => {
    const headings = ['Brücken', 'Use `key` first'];
    const source = '# Brücken { #bridges }\n\n## Use key first\n\nDie Brücke trägt zwölf Tonnen.';
    expect(lines(source, 'x', { headings })).toEqual(['  Die Brücke trägt zwölf Tonnen.']);
    expect(lines('Brücken\n=======\nText.', 'x', { headings })).toEqual(['  Text.']);
    expect(lines('# Andere\n\nText.', 'x', { headings })[0]).toBe('  # Andere Text.');
    expect(lines('# Brücken', 'x', { headings })).toEqual(['  # Brücken']);
  });

  it('lets no control character of a document reach the terminal', () => {
    expect(excerpt('red \u001b[31mtext\u0007\u009b2J', 'x', { indent: 0, lines: 1, columns: 80 })).toBe(
      'red [31mtext 2J',
    );
  });
});
