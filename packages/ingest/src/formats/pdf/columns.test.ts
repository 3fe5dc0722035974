import { describe, expect, it } from 'vitest';
import { glyphsOf } from '../../testing/glyphs.js';
import { inColumns } from './columns.js';
import type { Glyph } from './glyph.js';
import { lineOf } from './lines.js';
import { rowsOf } from './rows.js';

/** Cells of each row side by side, row after row. */
const drawn = (rows: readonly (readonly string[])[], width: number): Glyph[] =>
  rows.flatMap((cells, row) => cells.flatMap((cell, at) => glyphsOf(cell, { x: 50 + at * width, y: 700 - row * 12 })));

const read = (glyphs: readonly Glyph[], isRightToLeftPage = false): string[] =>
  inColumns(rowsOf(glyphs), isRightToLeftPage).map((row) => lineOf(row, isRightToLeftPage)!.text);

const LEFT = [
  'Der Leuchtturm am Kap wurde im',
  'Jahre 1847 mit einer Linse aus',
  'Frankreich entzündet und ist von',
  'Mai bis Oktober offen.',
];
const RIGHT = [
  'Der Eintritt ist für Kinder unter',
  'zwölf Jahren frei und Hunde sind',
  'an der Leine willkommen, auch im',
  'Garten des Cafés.',
];
const both = LEFT.map((left, at) => [left, RIGHT[at]!]);

describe('columns drawn row by row', () => {
  it('are read one after the other, however narrow the corridor', () => {
    expect(read(drawn(both, 250))).toEqual([...LEFT, ...RIGHT]);
    expect(read(drawn(both, 170))).toEqual([...LEFT, ...RIGHT]);
  });

  it('are three as well', () => {
    const third = [
      'Das Café schließt am Montag und',
      'öffnet sonst um zehn mit Kuchen',
      'und Suppe, die man auf der Insel',
      'seit jeher kocht.',
    ];
    expect(
      read(
        drawn(
          both.map((row, at) => [...row, third[at]!]),
          200,
        ),
      ),
    ).toEqual([...LEFT, ...RIGHT, ...third]);
  });

  it('begin at the right on a right-to-left page', () => {
    const seen = (text: string): string => Array.from(text).reverse().join('');
    const right = [
      'המגדלור בכף הוקם בשנת רבות',
      'לפני מלחמת העולם הראשונה על',
      'ידי מהנדס מן העיר הסמוכה ליד',
      'הנמל הישן שלה.',
    ];
    const left = [
      'הכניסה חינם לילדים קטנים עד',
      'גיל שתים עשרה ולכלבים קשורים',
      'ברצועה מותר להיכנס גם לגינה',
      'של בית הקפה.',
    ];
    const rows = right.map((text, at) => [seen(left[at]!).padStart(30), seen(text).padStart(30)]);
    expect(read(drawn(rows, 170), true)).toEqual([...right, ...left]);
  });

  it('leave the lines above and below where they are', () => {
    const above = glyphsOf('Der Leuchtturm und sein Garten, ein Blatt für die Besucher der Insel', { y: 730 });
    const below = glyphsOf('Herausgegeben vom Verein der Freunde des Leuchtturms auf der Insel', { y: 640 });
    expect(read([...above, ...drawn(both, 250), ...below])).toHaveLength(10);
  });
});

describe('rows of a table', () => {
  it('stay rows', () => {
    const table = [
      ['Monat', 'Milben'],
      ['Oktober', '312'],
      ['November', '45'],
      ['Dezember', '7'],
      ['Januar', '2'],
    ];
    expect(read(drawn(table, 150))).toEqual(table.map((row) => row.join(' ')));
    const sentences = [
      ['Wann ist der Turm offen?', 'Von Mai bis Oktober.'],
      ['Was kostet der Eintritt?', 'Für Kinder nichts.'],
      ['Darf der Hund mit hinein?', 'An der Leine gern.'],
      ['Wo kann ich das Auto lassen?', 'Am alten Hafen.'],
      ['Gibt es ein Café am Turm?', 'Ja, im Garten.'],
    ];
    expect(read(drawn(sentences, 250))).toEqual(sentences.map((row) => row.join(' ')));
  });
});
