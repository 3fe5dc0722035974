import { describe, expect, it } from 'vitest';
import { decodeText } from './decode.js';

const read = (text: string): string | undefined => decodeText(Buffer.from(text))?.text;

describe('control characters', () => {
  it('of terminals are left out: colors, cursors, titles, links', () => {
    expect(read('\u001b[32mINFO\u001b[0m Ventil 17 geöffnet\n\u001b[1;31mFEHLER\u001b[K\u001b[m')).toBe(
      'INFO Ventil 17 geöffnet\nFEHLER',
    );
    expect(read('\u001b]0;ログ\u0007開始 \u001b]8;;http://a.example\u001b\\場所\u001b]8;;\u001b\\')).toBe('開始 場所');
  });

  it('of printers strike letters over each other', () => {
    expect(read('N\bNA\bAM\bME\bE\n_\bl_\bs - list; g\bg\bg')).toBe('NAME\nls - list; g');
  });

  it('that part fields are blanks, and never lines', () => {
    expect(read('Telefon\u000bMüller\u001f4711\u001e\nzweite')).toBe('Telefon Müller 4711 \nzweite');
  });

  it('end a line where mainframes wrote it, unless line feeds do', () => {
    expect(read('première ligne\u0085seconde ligne')).toBe('première ligne\nseconde ligne');
    expect(read('une\u0085deux\ntrois')).toBe('une deux\ntrois');
  });

  it('in number are no text', () => {
    expect(read('ab\u0001\u0002\u0003\u0004cd')).toBeUndefined();
    expect(read('ab\u0000cd')).toBeUndefined();
  });
});
