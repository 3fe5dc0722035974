import { type Encoder, openEncoder } from '@glot/encoder';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readingOf } from './query-reading.js';

let encoder: Encoder;
beforeAll(async () => {
  encoder = await openEncoder();
});
afterAll(() => encoder.dispose());

it.each([
  'When was the city founded?',
  'Wann wurde die Stadt gegründet?',
  '東京はいつ設立されましたか',
  '서울은 언제 수도가 되었나요',
  'متى تأسست مدينة القاهرة',
])('the embedded model reads %s', (query) => {
  expect(readingOf(encoder, query)?.unread).toBeLessThan(0.2);
});

it.each(['რა არის საქართველოს დედაქალაქი', 'ᎦᏙ ᎤᏍᏗ ᏕᏣᏙᎥ'])('the embedded model does not read %s', (query) => {
  expect(readingOf(encoder, query)?.unread).toBeGreaterThan(0.9);
});

it('tells where each row comes from', async () => {
  const query = 'Où est le café ?';
  const { offsets } = await encoder.encodeQueries([query]);
  expect(readingOf(encoder, query)?.tokenOffsets).toHaveLength(offsets[1]!);
});

it('says nothing of an encoder whose rows are not tokens', () => {
  expect(readingOf({}, 'café')).toBeNull();
});
