/**
 * Hits to contexts: passages of one document that overlap or touch become one stretch, repeated texts go, and what
 * does not fit the budget is reported. Contexts keep the order of their best hits.
 * @module
 */

import type { BlockSpan, Hit, StoredDocument } from '@glot/index';
import { foldText } from '@glot/text';
import { neighborsOf } from './neighbors.js';
import type { DroppedHit, PackedContext, Packing } from './packed-context.js';

export interface PackOptions {
  /** Of the hits, by path; those that are no longer there are missing. */
  readonly documents: ReadonlyMap<string, StoredDocument>;
  /** Tokens of a text, by the tokenizer of whoever reads the contexts. */
  readonly countTokens: (text: string) => number;
  readonly budgetTokens: number;
}

/** Packs hits, best first, into contexts of at most `budgetTokens` tokens together; what room is left, neighbors take. */
export function packHits(hits: readonly Hit[], options: PackOptions): Packing {
  const contexts: PackedContext[] = [];
  const dropped: DroppedHit[] = [];
  const seen = new Map<string, Hit>();
  let tokens = 0;
  const pack = (hit: Hit, found: boolean) => {
    const drop = (reason: DroppedHit['reason'], wouldTake: number) => {
      if (found) dropped.push({ passageId: hit.passageId, path: hit.path, reason, tokens: wouldTake });
    };
    const document = options.documents.get(hit.path);
    // The index may change between search and packing: a hit whose text is no longer there cannot be cited.
    if (document === undefined || document.text.slice(hit.start, hit.end) !== hit.text) {
      drop('missing-document', 0);
      return;
    }
    const key = foldText(hit.text).text;
    const twin = seen.get(key);
    if (twin !== undefined) {
      drop('duplicate', 0);
      return;
    }
    const joined = contexts.filter(
      (context) => context.documentId === document.id && touches(context, hit, document.text),
    );
    const context = contextOf(document, [...joined.flatMap((part) => part.hits), hit], options.countTokens);
    const extra = context.tokens - joined.reduce((sum, part) => sum + part.tokens, 0);
    if (tokens + extra > options.budgetTokens) {
      drop('budget', extra);
      return;
    }
    seen.set(key, hit);
    tokens += extra;
    const [first, ...rest] = joined;
    if (first === undefined) contexts.push(context);
    else contexts[contexts.indexOf(first)] = context;
    for (const part of rest) contexts.splice(contexts.indexOf(part), 1);
  };
  for (const hit of hits) pack(hit, true);
  const grown = contexts.slice(0, GROWN_CONTEXTS).flatMap((context) => context.hits);
  for (const hit of grown) {
    const document = options.documents.get(hit.path);
    for (const neighbor of document === undefined ? [] : neighborsOf(hit, document)) {
      if (!contexts.some((context) => holds(context, neighbor))) pack(neighbor, false);
    }
  }
  return { contexts, dropped, tokens, budgetTokens: options.budgetTokens };
}

/** Only the best contexts take their neighbors in: further down these would be words without use. */
const GROWN_CONTEXTS = 3;

function holds(context: PackedContext, hit: Hit): boolean {
  return context.documentId === hit.documentId && context.start <= hit.start && hit.end <= context.end;
}

/** Overlapping, or with nothing but white space between. */
function touches(context: PackedContext, hit: Hit, text: string): boolean {
  if (hit.start <= context.end && context.start <= hit.end) return true;
  const gap = hit.start > context.end ? text.slice(context.end, hit.start) : text.slice(hit.end, context.start);
  return /^\s*$/u.test(gap);
}

/** In other formats the reader has made words of all of it: titles and rows of tables answer questions, too. */
const hasMarkup = (format: string): boolean => format === 'markdown';

const blocksWithin = (blocks: readonly BlockSpan[], from: number, to: number): BlockSpan[] =>
  blocks.filter(({ start, end }) => start < to && end > from);

function contextOf(
  document: StoredDocument,
  hits: readonly Hit[],
  countTokens: (text: string) => number,
): PackedContext {
  const inOrder = [...hits].sort((a, b) => a.start - b.start || a.end - b.end);
  const start = inOrder[0]!.start;
  const end = Math.max(...inOrder.map((hit) => hit.end));
  const text = document.text.slice(start, end);
  return {
    documentId: document.id,
    path: document.path,
    title: document.title,
    text,
    start,
    end,
    lang: hits[0]!.lang ?? document.lang,
    format: document.format,
    ...(document.blocks && hasMarkup(document.format) && { blocks: blocksWithin(document.blocks, start, end) }),
    tokens: countTokens(text),
    hits: inOrder,
  };
}
