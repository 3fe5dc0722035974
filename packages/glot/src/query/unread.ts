import type { Encoder } from '@glot/encoder';
import { unreadShare } from '@glot/text';

/** What the encoder of an index does not read: it is found by its words alone. */
export interface Unread {
  /** Whether that is so of the query. */
  readonly query: boolean;
  /** The languages that are not read, where most documents are in such; commonest first. */
  readonly languages: readonly string[];
}

/** More of a text's letters are spelled out: its words have no meaning for the encoder. */
const UNREAD_SHARE = 0.5;

/**
 * Null where the encoder reads both, or cannot tell. No model runs.
 * @param languages documents of the index by language
 */
export function unreadOf(
  query: string,
  encoder: Pick<Encoder, 'tokenOffsets'>,
  languages: Readonly<Record<string, number>>,
): Unread | null {
  const isUnread = (text: string, kind: 'query' | 'document') =>
    (unreadShare(text, encoder.tokenOffsets?.(text, kind) ?? []) ?? 0) > UNREAD_SHARE;
  const documents = Object.values(languages).reduce((sum, count) => sum + count, 0);
  const unread = Object.entries(languages)
    .filter(([lang]) => isUnread(sampleOf(lang), 'document'))
    .sort(([, a], [, b]) => b - a);
  const isMost = unread.reduce((sum, [, count]) => sum + count, 0) > documents / 2;
  const found = { query: isUnread(query, 'query'), languages: isMost ? unread.map(([lang]) => lang) : [] };
  return found.query || isMost ? found : null;
}

const samples = new Map<string, string>();

/** Some words of a language: its days and months. Empty for languages that the runtime does not know. */
function sampleOf(lang: string): string {
  let sample = samples.get(lang);
  if (sample === undefined) {
    sample = Intl.DateTimeFormat.supportedLocalesOf(lang).length > 0 ? daysAndMonths(lang) : '';
    samples.set(lang, sample);
  }
  return sample;
}

const DAY = 86_400_000;

function daysAndMonths(lang: string): string {
  const words = new Intl.DateTimeFormat(lang, { timeZone: 'UTC', calendar: 'gregory', weekday: 'long', month: 'long' });
  return Array.from({ length: 12 }, (_, month) => words.format(Date.UTC(2024, month, 1) + (month % 7) * DAY)).join(
    ', ',
  );
}
