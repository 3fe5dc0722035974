/**
 * Answers as printed: documented fields only, paths as people see them.
 * @module
 */

import type { Answer, Citation } from '@glot/rag';
import type { Unread } from '../query/unread.js';
import type { AnswerJson, CitationJson, UnreadJson } from './answer-schemas.js';

export type DisplayPath = (path: string) => string;

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

export function citationJson(citation: Citation, displayPath: DisplayPath): CitationJson {
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
