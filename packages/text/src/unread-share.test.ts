import { describe, expect, it } from 'vitest';
import { unreadShare } from './unread-share.js';

describe('unreadShare', () => {
  const span = (start: number, end: number) => ({ start, end });

  it('counts letters of several tokens and letters spelled out, as far as the text was read', () => {
    expect(unreadShare('über', [span(0, 4)])).toBe(0);
    expect(unreadShare('über', [span(0, 1), span(0, 1), span(1, 4)])).toBe(0.25);
    expect(unreadShare('über', [span(0, 1), span(1, 2), span(2, 4)])).toBe(0.5);
    expect(unreadShare('über uns', [span(0, 4)])).toBe(0);
    expect(unreadShare('über uns', [span(0, 1), span(2, 4), span(5, 8)])).toBeCloseTo(2 / 7, 10);
  });

  it('leaves out markers, blanks and marks, and takes a word of one letter as read', () => {
    expect(unreadShare('a 5, ?', [null, span(0, 1), span(2, 3), span(3, 4), span(5, 6), span(5, 6)])).toBe(0);
    expect(unreadShare('!?', [span(0, 2)])).toBe(0);
  });

  it('takes signs that stand for syllables or words as read, one by one, but not in bytes', () => {
    expect(unreadShare('東京で', [span(0, 1), span(1, 2), span(2, 3)])).toBe(0);
    expect(unreadShare('서울', [span(0, 1), span(1, 2)])).toBe(0);
    expect(unreadShare('東京', [span(0, 1), span(0, 1), span(1, 2)])).toBe(0.5);
  });

  it('says that it is not known where tokens have no places', () => {
    expect(unreadShare('über', [null, null])).toBeNull();
    expect(unreadShare('über', [])).toBeNull();
  });
});
