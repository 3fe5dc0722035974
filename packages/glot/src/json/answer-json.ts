/**
 * Answers and their events as printed: documented fields only, paths as people see them.
 * @module
 */

import type { Answer, AnswerEvent, Citation } from '@glot/rag';
import type { Unread } from '../unread.js';
import type { AnswerJson, CitationJson, UnreadJson } from './schemas.js';

type DisplayPath = (path: string) => string;

export function answerJson(answer: Answer, displayPath: DisplayPath, unread: Unread | null = null): AnswerJson {
  return {
    question: answer.question,
    abstained: answer.abstained,
    reason: answer.reason,
    answer: answer.sentences.map(({ text, citations }) => ({
      text,
      citations: citations.map((citation) => citationJson(citation, displayPath)),
    })),
    ...(unread && { unread: unreadJson(unread) }),
  };
}

export function unreadJson({ query, languages }: Unread): UnreadJson {
  return { query, languages: [...languages] };
}

export function eventJson(event: AnswerEvent, displayPath: DisplayPath): object {
  if (event.type === 'retrieved') {
    const hits = event.hits.map(({ rank, score, passageId, path, start, end }) => ({
      rank,
      score,
      passageId,
      path: displayPath(path),
      start,
      end,
    }));
    return { ...event, hits };
  }
  if (event.type === 'packed') {
    const { contexts, dropped, tokens, budgetTokens } = event.packing;
    return {
      type: event.type,
      contexts: contexts.map(({ path, start, end, tokens, hits }) => ({
        path: displayPath(path),
        start,
        end,
        tokens,
        passageIds: hits.map((hit) => hit.passageId),
      })),
      dropped: dropped.map((hit) => ({ ...hit, path: displayPath(hit.path) })),
      tokens,
      budgetTokens,
      packMs: event.packMs,
    };
  }
  if (event.type === 'citation') return { ...event, citation: citationJson(event.citation, displayPath) };
  if (event.type === 'verification') {
    const rejected = event.rejected.map((claim) => ({
      ...claim,
      path: claim.path === null ? null : displayPath(claim.path),
    }));
    return { ...event, rejected };
  }
  return event;
}

function citationJson(citation: Citation, displayPath: DisplayPath): CitationJson {
  const { path, start, end, quote, verified, page, place, heading, onDisk } = citation;
  return {
    path: displayPath(path),
    start,
    end,
    quote,
    verified,
    page,
    ...(place && { place }),
    heading,
    ...(onDisk && { onDisk }),
  };
}
