import { pdfOf } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { readPdf } from './read-pdf.js';

const utf16 = (text: string): string =>
  `<FEFF${Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('')}>`;

const textOf = async (content: string, annotations: readonly string[] = []): Promise<string> =>
  (await readPdf(pdfOf([], { content: Buffer.from(content), annotations }))).text;

const line = (text: string, x: number, y: number, matrix = '1 0 0 1', size = 10): string =>
  `BT /F ${size} Tf ${matrix} ${x} ${y} Tm (${text}) Tj ET`;

describe('text that the file states', () => {
  it('takes the place of what the glyphs say, once for all of them', async () => {
    const stated = `/Span << /ActualText ${utf16('पुस्तकालय')} >> BDC BT /F 10 Tf 72 700 Td (ab) Tj (cd) Tj ET EMC`;
    expect(await textOf(`${line('Regeln:', 30, 700)} ${stated} ${line('heute', 100, 700)}`)).toBe(
      'Regeln: पुस्तकालय heute',
    );
  });

  it('speaks for what is stated within, and may be empty', async () => {
    const outer = `/Span << /ActualText ${utf16('کتاب\u200cها')} >> BDC /Span << /ActualText (no) >> BDC ${line('xy', 72, 700)} EMC EMC`;
    expect(await textOf(outer)).toBe('کتاب\u200cها');
    expect(await textOf(`${line('Ebbe', 72, 700)} /Span << /ActualText () >> BDC ${line('*', 93, 700)} EMC`)).toBe(
      'Ebbe',
    );
  });

  it('is known in each of the ways that a text string is written', async () => {
    expect(await textOf(`/Span << /ActualText (\\223n) >> BDC ${line('x', 72, 700)} EMC`)).toBe('fin');
  });
});

describe('what is filled in', () => {
  it('stands behind its label, typed text below the line above, comments that pop up behind the page', async () => {
    const annotations = [
      '<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (Ngozi Okafor) /Rect [150 695 300 712] /F 4 /DA (/F 10 Tf) >>',
      '<< /Type /Annot /Subtype /FreeText /Contents (Checked twice.) /Rect [72 640 300 660] /F 4 /DA (/F 10 Tf) >>',
      '<< /Type /Annot /Subtype /Text /Contents (A note that pops up.) /Rect [72 600 90 618] /F 4 >>',
      '<< /Type /Annot /Subtype /Widget /FT /Tx /T (b) /V (unseen) /Rect [150 500 300 512] /F 2 /DA (/F 10 Tf) >>',
    ];
    expect(await textOf(`${line('Applicant', 72, 700)} ${line('Signed', 72, 560)}`, annotations)).toBe(
      'Applicant Ngozi Okafor\n\nChecked twice.\n\nSigned\n\nA note that pops up.',
    );
  });

  it('is no comment where it is hidden, or says what is marked', async () => {
    const annotations = [
      '<< /Type /Annot /Subtype /Text /Contents (Resolved.) /Rect [72 600 90 618] /F 2 >>',
      '<< /Type /Annot /Subtype /Highlight /Contents (the second lock) /Rect [72 690 200 712] /F 4 >>',
      `<< /Type /Annot /Subtype /Highlight /Contents ${utf16('Какой замок?')} /Rect [72 690 200 712] /F 4 >>`,
    ];
    expect(await textOf(line('Boats wait below the second lock.', 72, 700), annotations)).toBe(
      'Boats wait below the second lock.\n\nКакой замок?',
    );
  });
});

describe('a watermark', () => {
  const lines = [
    'The tenant shall pay the rent in advance on the third',
    'working day of each month to the account of the',
    'landlord.',
  ];
  const [first, ...others] = lines.map((text, at) => line(text, 60, 700 - at * 12));

  it.each([
    ['across the page', line('DRAFT', 150, 500, '0.7071 0.7071 -0.7071 0.7071', 60)],
    ['over the lines', line('DRAFT', 100, 676, '1 0 0 1', 40)],
  ])('%s parts no paragraph and is no heading', async (_, mark) => {
    const { text, blocks } = await readPdf(pdfOf([], { content: Buffer.from([first, mark, ...others].join(' ')) }));
    expect(text).toBe(`${lines.join(' ')}\n\nDRAFT`);
    expect(blocks.map(({ kind }) => kind)).toEqual(['paragraph', 'paragraph']);
  });
});

it('says that pages lack a text layer', async () => {
  await expect(textOf('0 0 m 10 10 l S')).rejects.toThrow('1 page(s) without a text layer');
});

it('leaves out what lies beside the page', async () => {
  const content = Buffer.from(`${line('Ebbe und Flut', 72, 700)} ${line('Beschnitt', 72, 900)}`);
  const { text, notes } = await readPdf(pdfOf([], { content }));
  expect(text).toBe('Ebbe und Flut');
  expect(notes).toMatchObject([{ kind: 'left-out', detail: expect.stringMatching(/^page 1 of 1: 9 characters/) }]);
});

it('takes a heading over two lines for one, and two that had room for two', async () => {
  const content = [
    line('Regulations on the keeping of bees in', 72, 740, '1 0 0 1', 20),
    line('allotment gardens', 72, 704, '1 0 0 1', 20),
    line('Each hive needs a number plate that can be read from the path beside the', 72, 670),
    line('garden, in letters of two inches.', 72, 658),
    line('Fees', 72, 600, '1 0 0 1', 20),
    line('Fines', 72, 560, '1 0 0 1', 20),
    line('None so far.', 72, 530),
  ].join(' ');
  const { blocks } = await readPdf(pdfOf([], { content: Buffer.from(content) }));
  expect(blocks.flatMap(({ heading }) => heading || [])).toEqual([
    'Regulations on the keeping of bees in allotment gardens',
    'Fees',
    'Fines',
  ]);
});

it('leaves out layers that are switched off when the file is opened', async () => {
  const content = Buffer.from(
    'BT /F 10 Tf 72 700 Td (Shown.) Tj ET /OC /L BDC BT /F 10 Tf 72 600 Td (Hidden.) Tj ET EMC',
  );
  const { text, notes } = await readPdf(new Uint8Array(pdfOf([], { content, hiddenLayer: 'Notes' })));
  expect(text).toBe('Shown.');
  expect(notes).toMatchObject([{ kind: 'left-out', detail: expect.stringMatching(/^page 1 of 1: 7 characters/) }]);
});
