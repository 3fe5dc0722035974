import { describe, expect, it } from 'vitest';
import { proseBlocks } from './text-blocks.js';

const blocksOf = (text: string, format = 'markdown') =>
  proseBlocks(text, 0, text.length, format).map(({ start, end }) => text.slice(start, end));

describe('proseBlocks', () => {
  it('keeps paragraphs with their line breaks and leaves headings, rulers and code out', () => {
    const text = [
      '# Titre',
      '',
      'Première ligne',
      'deuxième ligne.',
      '',
      '---',
      'Überschrift',
      '===========',
      'Ein Satz.',
      '```python',
      'print("x")',
      '',
      '# not a heading',
      '```',
      '終わりの文です。',
    ].join('\n');
    expect(blocksOf(text)).toEqual(['Première ligne\ndeuxième ligne.', 'Ein Satz.', '終わりの文です。']);
  });

  it('takes each list item by itself, without its marker', () => {
    expect(blocksOf('- one\n  more\n* [x] two\n3. three\n> - 四\n> quoted line')).toEqual([
      'one\n  more',
      'two',
      'three',
      '四\n> quoted line',
    ]);
  });

  it('leaves tables, link definitions, directives, tags and lone images out', () => {
    const text =
      '| a | b |\n| --- | --- |\n| 1 | 2 |\n[x]: http://y\n/// tip\nSay this.\n///\n<br>\n![alt](p.png)\n{* ../a.py *}\nAnd that.';
    expect(blocksOf(text)).toEqual(['Say this.', 'And that.']);
  });

  it('does not close a fence by another kind of fence', () => {
    expect(blocksOf('~~~\n```\ncode\n~~~\ntext')).toEqual(['text']);
  });

  it('reads markup signs as words in formats without markup', () => {
    expect(blocksOf('# 1 priority\nis this | that', 'text')).toEqual(['# 1 priority\nis this | that']);
  });

  it('stays inside the stretch and gives offsets of the whole text', () => {
    const text = 'zero.\n\nعربي هنا.\r\n\r\nlast.';
    expect(proseBlocks(text, 7, 18, 'text')).toEqual([{ start: 7, end: 16 }]);
  });
});
