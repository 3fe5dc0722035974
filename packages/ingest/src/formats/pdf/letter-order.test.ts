import { expect, it } from 'vitest';
import { inLetterOrder, turnedFonts } from './letter-order.js';

it('turns round the letters of one glyph that came last first', () => {
  expect(inLetterOrder('ال', true)).toBe('لا');
  expect(inLetterOrder('لا', true)).toBe('لا');
  expect(inLetterOrder('\u064eح', true)).toBe('ح\u064e');
  expect(inLetterOrder('ش\u064e', true)).toBe('ش\u064e');
  expect(inLetterOrder(' ם', true)).toBe('ם ');
  expect(inLetterOrder('ffi', true)).toBe('ffi');
});

it('follows the other ligatures of the font where the letters could be either way', () => {
  const font = (...texts: string[]) => turnedFonts(texts.map((text) => ({ text, font: 1 })));
  // Lam-khah is a ligature of Unicode, khah-lam is none.
  expect(font('لخ').has(1)).toBe(false);
  expect(font('خل').has(1)).toBe(true);
  expect(inLetterOrder('مح', font('لخ').has(1))).toBe('مح');
  expect(inLetterOrder('مح', font('خل').has(1))).toBe('حم');
});
