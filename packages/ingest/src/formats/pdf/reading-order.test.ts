import { describe, expect, it } from 'vitest';
import { inReadingOrder } from './reading-order.js';

/** What the eye sees from left to right -> what is read; expected values are logical text that UAX #9 shows so. */
function read(seen: string, isRightToLeftLine = true): string {
  const placed = Array.from(seen, (text, at) => ({ text, left: at, right: at + 1 }));
  return inReadingOrder(placed, isRightToLeftLine)
    .map(({ text }) => text)
    .join('');
}

/** Hebrew and Arabic words as they lie on the page: last letter first. */
const seen = (logical: string): string => Array.from(logical).reverse().join('');

describe('inReadingOrder of right-to-left lines', () => {
  it('turns words round and leaves numbers as they are', () => {
    expect(read(`30 ${seen('בשנת')} 1874-${seen('ב')}`)).toBe('ב-1874 בשנת 30');
    expect(read(`${seen('شهر')} 10 ${seen('من')}`)).toBe('من 10 شهر');
    expect(read(`${seen('دينار')} ٣٥٠ ${seen('مبلغ')}`)).toBe('مبلغ ٣٥٠ دينار');
  });

  it('keeps times, sums, dates and phone numbers whole', () => {
    expect(read(`17:30-${seen('ל')} 9:00 ${seen('בין')}`)).toBe('בין 9:00 ל-17:30');
    expect(read(`1,250.50 ${seen('סך')}`)).toBe('סך 1,250.50');
    expect(read(`050-123-4567 ${seen('טלפון')}`)).toBe('טלפון 050-123-4567');
    expect(read(`₪120 ${seen('מחיר')}`)).toBe('מחיר ₪120');
  });

  it('keeps Latin words, addresses and what stands between them from left to right', () => {
    expect(read(`.info@example.org ${seen('على')}`)).toBe('على info@example.org.');
    expect(read(`.WhatsApp 050-0000000 :${seen('לפרטים')}`)).toBe('לפרטים: WhatsApp 050-0000000.');
    expect(read(`${seen('שלום')} Hello, big world ${seen('אמר')}`)).toBe('אמר Hello, big world שלום');
    expect(read(`f(x) ${seen('פונקציה')}`)).toBe('פונקציה f(x)');
  });

  it('reads a unit after its number, and the name of a product before it', () => {
    expect(read(`MB 3.5 :${seen('גודל')}`)).toBe('גודל: 3.5 MB');
    expect(read(`kg 1,200 ${seen('وزن')}`)).toBe('وزن 1,200 kg');
    expect(read(`Windows 11 ${seen('התקנת')}`)).toBe('התקנת Windows 11');
  });

  it('turns brackets the way they are read, whichever of the two the file names', () => {
    for (const [left, right] of ['()', ')('] as const) {
      expect(read(`${left}7 ${seen('البند')}${right} ${seen('انظر')}`)).toBe('انظر (البند 7)');
    }
  });
});

describe('inReadingOrder of left-to-right lines', () => {
  it('turns the words of the other direction round in their place', () => {
    expect(read(`The word ${seen('שלום רב')} means hello.`, false)).toBe('The word שלום רב means hello.');
    expect(read(`Pages ${seen('עמוד')} 12 and 13`, false)).toBe('Pages עמוד 12 and 13');
  });
});
