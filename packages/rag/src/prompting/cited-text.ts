import type { PackedContext } from '../context/packed-context.js';
import type { DraftCitation, DraftEvent } from '../generators/answer-generator.js';
import { REFUSAL } from './languages/index.js';

/**
 * A model's text, as the prompt asks for it, to draft sentences: `A sentence. [2] "words of passage 2"`, a line each.
 * Text arrives in any pieces. Numbers without a passage and citations without a quote come through as such, to be
 * rejected where claims are checked.
 */
export class CitedText {
  readonly #contexts: readonly PackedContext[];
  #line = '';
  #done = false;

  /** @param contexts number n of the text is `contexts[n - 1]` */
  constructor(contexts: readonly PackedContext[]) {
    this.#contexts = contexts;
  }

  /** The sentences that a further piece of text completes. */
  add(piece: string): DraftEvent[] {
    const lines = (this.#line + piece).split('\n');
    this.#line = lines.pop()!;
    return lines.flatMap((line) => this.#read(line));
  }

  /** The sentence at the end of the text. */
  finish(): DraftEvent[] {
    const line = this.#line;
    this.#line = '';
    return this.#read(line);
  }

  #read(line: string): DraftEvent[] {
    if (this.#done || line.trim() === '') return [];
    if (line.trim().startsWith(REFUSAL)) {
      this.#done = true;
      return [{ type: 'abstain', reason: 'declined' }];
    }
    const events: DraftEvent[] = [];
    let text = '';
    let citations: DraftCitation[] = [];
    let at = 0;
    const close = () => {
      // A closing mark after the citation belongs to nothing.
      if (/[\p{L}\p{N}]/u.test(text)) {
        events.push({ type: 'sentence', sentence: { text: text.trim(), score: 1, citations } });
      }
      text = '';
      citations = [];
    };
    for (const match of line.matchAll(CITATION)) {
      const before = line.slice(at, match.index).replace(LIST_MARK, '');
      if (citations.length > 0 && /[\p{L}\p{N}]/u.test(before)) close();
      text += citations.length === 0 ? before : '';
      const { id, quote, short } = match.groups!;
      citations.push({ context: this.#contexts[Number(id) - 1] ?? null, quote: quote ?? short ?? '' });
      at = match.index + match[0].length;
    }
    const rest = line.slice(at).replace(at === 0 ? LIST_MARK : '', '');
    if (citations.length > 0 && /[\p{L}\p{N}]/u.test(rest)) close();
    if (citations.length === 0) text += rest;
    close();
    return events;
  }
}

const LIST_MARK = /^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)/u;

/**
 * `[2] "…"`. A quote may hold quotation marks: it ends at the mark that the next citation or the end of the line
 * follows, or else at the first mark.
 */
const OPEN = '["“”„«»「『]';
const CLOSE = '["“”»«」』]';
const NUMBER = '[\\[［](?<id>\\d{1,4})[\\]］]';
const NEXT_CITATION = '[\\[［]\\d{1,4}[\\]］]';
const CITATION = new RegExp(
  `${NUMBER}(?:\\s*:?\\s*${OPEN}(?<quote>(?:(?!${NEXT_CITATION}\\s*:?\\s*${OPEN})[^\\n])*?)${CLOSE}` +
    `(?=[\\s.,;。、،؛]*(?:${NEXT_CITATION}|$))|\\s*:?\\s*${OPEN}(?<short>[^\\n"“”„«»「」『』]*)${CLOSE})?`,
  'gu',
);
