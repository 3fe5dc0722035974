import type { BlockKind } from '@glot/text';
import { describe, expect, it } from 'vitest';
import { proseBlocks } from './text-blocks.js';

/** The prose of blocks that stand one below the other. */
function proseOf(...parts: readonly (readonly [kind: BlockKind, text: string])[]): string[] {
  const text = parts.map(([, part]) => part).join('\n');
  let end = -1;
  const blocks = parts.map(([kind, part]) => {
    const start = end + 1;
    end = start + part.length;
    return { kind, start, end };
  });
  return proseBlocks(text, 0, text.length, blocks).map((span) => text.slice(span.start, span.end));
}

const linesOf = (text: string) => proseBlocks(text, 0, text.length).map(({ start, end }) => text.slice(start, end));

describe('proseBlocks', () => {
  it('keeps paragraphs with their line breaks and leaves headings, code, tables and markup out', () => {
    expect(
      proseOf(
        ['heading', '# Titre'],
        ['paragraph', 'Première ligne\ndeuxième ligne.'],
        ['markup', '---'],
        ['code', '```python\nprint("x")\n```'],
        ['table', '| a | b |\n| --- | --- |\n| 1 | 2 |'],
        ['paragraph', '終わりの文です。'],
      ),
    ).toEqual(['Première ligne\ndeuxième ligne.', '終わりの文です。']);
  });

  it('takes each list item by itself, without its marker', () => {
    const list = '- one\n  more\n* [x] two\n3. three\n> - 四\n> quoted line';
    const items = ['one\n  more', 'two', 'three', '四\n> quoted line'];
    expect(linesOf(list)).toEqual(items);
    expect(proseOf(['item', list])).toEqual(items);
  });

  it('reads markup signs as words where no blocks are known', () => {
    expect(linesOf('# 1 priority\nis this | that')).toEqual(['# 1 priority\nis this | that']);
  });

  it('stays inside the stretch and gives offsets of the whole text', () => {
    const text = 'zero.\n\nعربي هنا.\r\n\r\nlast.';
    expect(proseBlocks(text, 7, 18)).toEqual([{ start: 7, end: 16 }]);
    const blocks = [
      { kind: 'paragraph' as const, start: 0, end: 5 },
      { kind: 'paragraph' as const, start: 7, end: 16 },
    ];
    expect(proseBlocks(text, 9, 11, blocks)).toEqual([{ start: 9, end: 11 }]);
  });
});
