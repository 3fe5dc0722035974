import { describe, expect, it } from 'vitest';
import { fit, outputColumns } from './width.js';

describe('fit', () => {
  it('cuts between grapheme clusters, wide characters counted twice', () => {
    expect(fit('short', 5)).toBe('short');
    expect(fit('longer', 5)).toBe('long…');
    expect(fit('地震の備え', 6)).toBe('地震…');
    expect(fit('e\u0301e\u0301e\u0301e\u0301', 3)).toBe('e\u0301e\u0301…');
    expect(fit('👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 5)).toBe('👨‍👩‍👧‍👦👨‍👩‍👧‍👦…');
  });
});

describe('outputColumns', () => {
  it('follows narrow terminals, and stays readable on wide ones and in files', () => {
    expect(outputColumns({ columns: 50 })).toBe(50);
    expect(outputColumns({ columns: 240 })).toBe(100);
    expect(outputColumns({})).toBe(100);
  });
});
