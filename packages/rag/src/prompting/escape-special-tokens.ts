/**
 * Makes text of documents harmless in a prompt: a token with a meaning for the model, or the fence around passages,
 * is broken by an invisible word joiner. Folding drops it again, so that quotes of such text still verify.
 * @module
 */

import { foldText } from '@glot/text';

const JOINER = '\u2060';

/** What chat templates of many models use, whatever the checkpoint at hand: compared after NFKC, in any case. */
const GENERIC =
  /<\|[^|<>]{0,60}\|>|<\/?(?:passage|turn|s|bos|eos|pad|unk|mask|start_of_turn|end_of_turn|think|tool_call|tool_response)\b|\[\/?(?:INST|SYS|TOOL_CALLS|AVAILABLE_TOOLS)\]|<<\/?SYS>>/giu;

/**
 * @param specialTokens the checkpoint's own special tokens, as its vocabulary spells them
 */
export function escapeSpecialTokens(text: string, specialTokens: readonly string[] = []): string {
  // Characters that fold to a token's count as the token: a normalizing tokenizer would see it there.
  const folded = foldText(text);
  const breaks = new Set<number>();
  for (const match of folded.text.matchAll(GENERIC)) breaks.add(folded.ends[match.index]!);
  for (const token of specialTokens) {
    // Markers of one character cannot be broken; they have no place in passages.
    if (token.length < 2) continue;
    for (const at of occurrences(folded.text, token)) breaks.add(folded.ends[at]!);
    for (const at of occurrences(text, token)) breaks.add(at + String.fromCodePoint(token.codePointAt(0)!).length);
  }
  if (breaks.size === 0) return text;
  let escaped = '';
  let done = 0;
  for (const at of [...breaks].sort((a, b) => a - b)) {
    escaped += text.slice(done, at) + JOINER;
    done = at;
  }
  return escaped + text.slice(done);
}

/** A title, heading or path: escaped, on one line, of bounded length. */
export function escapedLabel(text: string, specialTokens: readonly string[] = []): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}"<>]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return escapeSpecialTokens([...line].slice(0, MAX_LABEL_CHARACTERS).join(''), specialTokens);
}

const MAX_LABEL_CHARACTERS = 200;

function* occurrences(text: string, token: string): Generator<number> {
  for (let at = text.indexOf(token); at !== -1; at = text.indexOf(token, at + 1)) yield at;
}
