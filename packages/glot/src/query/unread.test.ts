import { openEncoder } from '@glot/encoder';
import { expect, it } from 'vitest';
import { unreadOf } from './unread.js';

it('says which languages the encoder does not read, where most documents are in them', async () => {
  const encoder = await openEncoder();
  try {
    expect(unreadOf('water', encoder, { en: 3, de: 2, ar: 2, ja: 1, und: 1 })).toBeNull();
    expect(unreadOf('water', encoder, { en: 5, ka: 3, th: 1 })).toBeNull();
    expect(unreadOf('water', encoder, { en: 3, th: 2, ka: 3 })).toEqual({ query: false, languages: ['ka', 'th'] });
    expect(unreadOf('წყალი', encoder, { en: 3 })).toEqual({ query: true, languages: [] });
    expect(unreadOf('წყალი', {}, { ka: 3 })).toBeNull();
  } finally {
    await encoder.dispose();
  }
});
