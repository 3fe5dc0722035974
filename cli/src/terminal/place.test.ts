import type { Hit } from '@glot/glot';
import { expect, it } from 'vitest';
import { place, placeOfHit } from './place.js';

it('names a place as a reader finds it', () => {
  const located = { page: null, lines: null };
  expect(place('a.md', { ...located, lines: { first: 12 } })).toBe('a.md:12');
  expect(place('a.pdf', { ...located, page: 3 })).toBe('a.pdf, page 3');
  expect(place('a.pptx', { ...located, page: 3, place: { kind: 'slide', label: '3' } })).toBe('a.pptx, slide 3');
  expect(place('a.xlsx', { ...located, place: { kind: 'sheet', label: 'Plan' } })).toBe('a.xlsx, sheet Plan');
  expect(place('a.vtt', { ...located, place: { kind: 'time', label: '1:04:12' } })).toBe('a.vtt, 1:04:12');
});

it('is where the words of the query stand, in a passage over several pages', () => {
  const text = 'Ramps and boats.\n\n会議室の予約\n\nPilots retire.';
  const starts = [0, 18, 26];
  const places = starts.map((start, at) => ({ kind: 'page' as const, label: `${at + 4}`, start: start + 100 }));
  const hit = { text, start: 100, end: 100 + text.length, page: 4, places, lines: null } as unknown as Hit;
  expect(placeOfHit(hit, 'when do pilots retire').page).toBe(6);
  expect(placeOfHit(hit, '予約').page).toBe(5);
  expect(placeOfHit(hit, 'nothing of it').page).toBe(4);
});
