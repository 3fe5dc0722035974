/**
 * As what a character may stand in a text whose folded form has it.
 * @module
 */
import { foldWord } from '@glot/text';

/** CJK Unified Ideographs. */
const FIRST_HAN = 0x4e00;
const LAST_HAN = 0x9fff;

const HALF_WIDTH_KANA = Array.from({ length: 0xff9d - 0xff66 + 1 }, (_, at) => String.fromCodePoint(0xff66 + at));

const COMPATIBLE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

let traditional: Map<string, string[]> | undefined;
let halfWidth: Map<string, string> | undefined;

/** None for a character that may be written in more ways than are known. */
export function spellingsOf(character: string): string[] {
  if (!COMPATIBLE.test(character) || character === 'ー') return [];
  const [base] = character.normalize('NFD');
  halfWidth ??= new Map(HALF_WIDTH_KANA.map((half) => [half.normalize('NFKC'), half]));
  traditional ??= traditionalCharacters();
  const half = halfWidth.get(base!);
  return [...new Set([character, base!, ...(half ? [half] : []), ...(traditional.get(character) ?? [])])];
}

function traditionalCharacters(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const characters = Array.from({ length: LAST_HAN - FIRST_HAN + 1 }, (_, at) => String.fromCodePoint(FIRST_HAN + at));
  // At once: every call costs as much as hundreds of characters.
  for (const [at, folded] of foldWord(characters.join(' ')).split(' ').entries()) {
    const character = characters[at]!;
    if (folded === character) continue;
    const others = found.get(folded);
    if (others) others.push(character);
    else found.set(folded, [character]);
  }
  return found;
}
