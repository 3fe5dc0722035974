import { expect, it } from 'vitest';
import { decodeText } from './decode.js';

const LINES = 'Der Zähler läuft seit gestern. Pumpe 4 meldet nichts Neues.\n'.repeat(4);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le'));

it('reads a stray zero byte as a blank', () => {
  expect(decodeText(utf8(`${LINES}Ende\0der Schicht\n`))).toEqual({
    text: `${LINES}Ende der Schicht\n`,
    encoding: 'utf-8',
    known: 'utf-8',
    zeroBytes: { places: 1, firstLine: 5 },
  });
});

it('reads on behind the hole that a crash left in a log', () => {
  const text = decodeText(utf8(`${LINES}${'\0'.repeat(5_000)}\n${LINES}`))?.text;
  expect(text).toBe(`${LINES} \n${LINES}`);
});

it('reads zero bytes in text of an old charset', () => {
  const bytes = Buffer.from(`${LINES}ä\0b\n`, 'latin1');
  expect(decodeText(bytes)).toMatchObject({ text: `${LINES}ä b\n`, known: 'guess', zeroBytes: { places: 1 } });
});

it('takes records of numbers and of short strings for no text', () => {
  const records = Array.from({ length: 200 }, (_, at) => [at % 128, 0, 0, 0]).flat();
  expect(decodeText(Uint8Array.from(records))).toBeNull();
  expect(decodeText(utf8('name\0type\0size\0'.repeat(50)))).toBeNull();
  expect(decodeText(utf8(`\0${'text \u0001\u0002 of a \u0003 program '.repeat(40)}`))).toBeNull();
});

it('reads UTF-16 whose last byte was lost, and UTF-16 with half of a pair', () => {
  expect(decodeText(utf16(LINES).subarray(0, -1))).toMatchObject({ encoding: 'utf-16le', known: 'damaged' });
  const torn = decodeText(utf16(`${LINES}\ud83d ${LINES}`));
  expect(torn?.text).toBe(`${LINES}\ufffd ${LINES}`);
});
