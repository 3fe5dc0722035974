/**
 * A section cut into units that merging never divides: whole blocks where they are small, else sentences, lines, words
 * and at last grapheme clusters. The spans of the units follow each other and cover the blocks.
 * @module
 */

import { graphemeEnds, sentenceEnds, wordEnds } from '@glot/text';
import type { Block } from '../extraction.js';
import { lineSpans } from '../text/line-spans.js';
import type { Turns } from '../text/turns.js';

export type CountTokens = (text: string) => number;

export interface Unit {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
  /** Price of parting before this unit, in the scale of `mergeUnits`; Infinity forbids it. */
  readonly breakCost: number;
}

export interface CutOptions {
  readonly countTokens: CountTokens;
  /** No unit holds more tokens, single grapheme clusters and glued units apart. */
  readonly maxTokens: number;
  readonly lang: string | null;
  readonly turns: Turns;
  /** What units may still take; once it is used up, the rest of the section is left out. */
  readonly room: { tokens: number };
}

const COST = { block: 0, item: 0.02, line: 0.1, sentence: 0.15, insideSentence: 0.4, afterColon: 0.15 };
/** Longer stretches are cut before they are counted: tokenizers are slow on one endless word. */
const MAX_COUNTED_LENGTH = 4_000;

export async function unitsOf(text: string, blocks: readonly Block[], options: CutOptions): Promise<Unit[]> {
  const units: Unit[] = [];
  let glueNext = false;
  for (const block of blocks) {
    if (options.room.tokens <= 0) break;
    const source = text.slice(block.start, block.end);
    const cut = await cutBlock(source, block, options);
    const boundary =
      glueNext || closesContainer(source) ? Number.POSITIVE_INFINITY : costBefore(block, text, units.at(-1));
    for (const [index, unit] of cut.entries()) {
      units.push({
        start: block.start + unit.start,
        end: block.start + unit.end,
        tokens: unit.tokens,
        breakCost: index === 0 ? boundary : unit.breakCost,
      });
    }
    glueNext = block.kind === 'heading' || opensContainer(source);
  }
  return units;
}

function costBefore(block: Block, text: string, previous: Unit | undefined): number {
  const base = block.kind === 'item' ? COST.item : COST.block;
  const announced = previous !== undefined && /[:：]\s*$/.test(text.slice(previous.start, previous.end));
  return announced ? base + COST.afterColon : base;
}

/** Rules and closing tags belong to what stands before them. */
const closesContainer = (source: string): boolean =>
  !/[\p{L}\p{N}]/u.test(source) || /^(?:<\/[A-Za-z][^<>]*>\s*)+$/.test(source.trim());

/** `/// note | Title` of MkDocs and `<Note>` of MDX belong to what follows. */
const opensContainer = (source: string): boolean =>
  /^(?:\/\/\/ ?\w[^\n]*|:::+ ?\w[^\n]*|<[A-Za-z][^<>/]*>)$/.test(source.trim());

async function cutBlock(source: string, block: Block, options: CutOptions): Promise<Unit[]> {
  if (options.turns.isDue()) await options.turns.take();
  const whole = { start: 0, end: source.length };
  if (block.kind === 'code' || block.kind === 'table') {
    const lines = lineSpans(source);
    const ends = lines.map((_, index) => lines[index + 1]?.start ?? source.length);
    return cutAt(source, ends, COST.line, options);
  }
  if (source.length <= MAX_COUNTED_LENGTH) {
    const tokens = options.countTokens(source);
    if (tokens <= options.maxTokens / 2) {
      options.room.tokens -= tokens;
      return [{ ...whole, tokens, breakCost: 0 }];
    }
  }
  return cutAt(source, sentenceEnds(source, options.lang), COST.sentence, options);
}

/** One unit per stretch between `ends`; stretches that are too long are cut at words. */
async function cutAt(source: string, ends: readonly number[], breakCost: number, options: CutOptions): Promise<Unit[]> {
  const units: Unit[] = [];
  let start = 0;
  for (const end of ends) {
    if (options.turns.isDue()) await options.turns.take();
    if (options.room.tokens <= 0) break;
    const stretch = source.slice(start, end);
    const tokens = stretch.length > MAX_COUNTED_LENGTH ? Number.POSITIVE_INFINITY : options.countTokens(stretch);
    if (tokens <= options.maxTokens) {
      units.push({ start, end, tokens, breakCost });
      options.room.tokens -= tokens;
    } else {
      for (const [index, unit] of (await cutInside(stretch, options)).entries()) {
        units.push({
          start: start + unit.start,
          end: start + unit.end,
          tokens: unit.tokens,
          breakCost: index === 0 ? breakCost : COST.insideSentence,
        });
        options.room.tokens -= unit.tokens;
      }
    }
    start = end;
  }
  return units;
}

/** A stretch longer than the limit: words packed up to half of it, words that are too long by grapheme clusters. */
async function cutInside(source: string, options: CutOptions): Promise<Unit[]> {
  const { countTokens, maxTokens, lang, turns } = options;
  const units: Unit[] = [];
  const room = Math.max(1, maxTokens / 2);
  let open = { start: 0, end: 0, tokens: 0 };
  const flush = (): void => {
    if (open.end > open.start) units.push({ ...open, breakCost: COST.insideSentence });
    open = { start: open.end, end: open.end, tokens: 0 };
  };
  const add = (end: number): void => {
    const tokens = countTokens(source.slice(open.end, end));
    if (open.tokens > 0 && open.tokens + tokens > room) flush();
    open = { start: open.start, end, tokens: open.tokens + tokens };
  };
  let wordStart = 0;
  for (const wordEnd of wordEnds(source, lang)) {
    if (turns.isDue()) await turns.take();
    if (wordEnd - wordStart <= room) {
      add(wordEnd);
    } else {
      for (const end of graphemeEnds(source.slice(wordStart, wordEnd))) {
        if (wordStart + end - open.end >= room / 4 || wordStart + end === wordEnd) add(wordStart + end);
      }
    }
    wordStart = wordEnd;
  }
  flush();
  return units;
}
