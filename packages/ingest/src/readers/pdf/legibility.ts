/**
 * Fonts that name their glyphs wrongly give letters of many scripts at random. Such text would be found by nobody and
 * answer nothing, so it counts as absent.
 */
import type { TextContent } from 'pdfjs-dist/types/src/display/api.js';
import { type Script, scriptOf } from '../../language/scripts.js';

/** Share of a font's words that mix scripts from which on none of them is believed. */
const MIXED_SHARE = 0.3;
const FEWEST_WORDS = 4;

/** Scripts that stand together in one word of real text: `Wi-Fi接続`, `Tシャツ`, `K팝`. */
const TOGETHER: ReadonlySet<Script | undefined> = new Set(['latin', 'han', 'kana', 'hangul']);

export interface LegibleItems {
  /** Without those of fonts that cannot be read. */
  readonly items: TextContent['items'];
  /** Characters kept and dropped. */
  readonly kept: number;
  readonly dropped: number;
}

export function legibleItems(items: TextContent['items']): LegibleItems {
  const texts = new Map<string, string>();
  for (const item of items) {
    if (!('str' in item)) continue;
    texts.set(item.fontName, `${texts.get(item.fontName) ?? ''}${item.str}${item.hasEOL ? ' ' : ''}`);
  }
  const illegible = new Set<string>();
  let kept = 0;
  let dropped = 0;
  for (const [fontName, text] of texts) {
    if (isLegible(text)) kept += text.length;
    else {
      illegible.add(fontName);
      dropped += text.length;
    }
  }
  return { items: items.filter((item) => !('str' in item) || !illegible.has(item.fontName)), kept, dropped };
}

export function isLegible(text: string): boolean {
  const words = text.match(/\p{L}[\p{L}\p{M}]+/gu) ?? [];
  if (words.length < FEWEST_WORDS) return true;
  return words.filter(mixesScripts).length < words.length * MIXED_SHARE;
}

function mixesScripts(word: string): boolean {
  const scripts = new Set<Script | undefined>();
  for (const character of word) if (/\p{L}/u.test(character)) scripts.add(scriptOf(character.codePointAt(0)!));
  return scripts.size > 1 && [...scripts].some((script) => !TOGETHER.has(script));
}
