import type { Hit, Place } from '@glot/index';
import type { HitJson } from './answer-schemas.js';

export interface HitShown {
  readonly path: string;
  readonly page: number | null;
  readonly heading: string | null;
}

/** A hit as printed: documented fields only. @param shown of it, what people see */
export function hitJson(hit: Hit, { path, page, heading }: HitShown): HitJson {
  const { rank, score, passageId: id, text, start, end, lines, places, title, lang, corrections, onDisk } = hit;
  const { base, semantic, lexical } = hit.parts;
  const some = places.length > 0 && { places: [...places] as { -readonly [K in keyof Place]: Place[K] }[] };
  const corrected = corrections && { corrections: corrections.map(({ typed, searched }) => ({ typed, searched })) };
  return {
    rank,
    score,
    parts: { base, semantic, lexical },
    id,
    path,
    text,
    start,
    end,
    lines,
    page,
    ...some,
    title,
    heading,
    lang,
    ...corrected,
    ...(onDisk && { onDisk }),
  };
}
