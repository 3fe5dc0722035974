import { expect, it } from 'vitest';
import { pageNumber, placeAt, placesWithin } from './places.js';
import type { Place } from './types.js';

const page = (number: number, start: number): Place => ({ kind: 'page', label: `${number}`, start });
// Page 2 has no text.
const PAGES = [page(1, 0), page(2, 10), page(3, 10), page(4, 20)];

it('finds the place of an offset', () => {
  expect([0, 9, 10, 19, 20, 99].map((offset) => pageNumber(placeAt(PAGES, offset)))).toEqual([1, 1, 3, 3, 4, 4]);
  expect(placeAt(PAGES.slice(1), 5)).toBeNull();
  expect(placeAt([], 5)).toBeNull();
});

it('finds the places that a span touches', () => {
  expect(placesWithin(PAGES, 3, 10).map(pageNumber)).toEqual([1]);
  expect(placesWithin(PAGES, 3, 21).map(pageNumber)).toEqual([1, 2, 3, 4]);
  expect(placesWithin(PAGES, 12, 15).map(pageNumber)).toEqual([3]);
  expect(placesWithin(PAGES.slice(1), 3, 11).map(pageNumber)).toEqual([2, 3]);
});

it('has a number for pages and slides alone', () => {
  expect(pageNumber({ kind: 'slide', label: '7', start: 0 })).toBe(7);
  expect(pageNumber({ kind: 'sheet', label: '2024', start: 0 })).toBeNull();
});
