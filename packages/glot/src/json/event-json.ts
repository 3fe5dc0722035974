/**
 * Events of answers as printed: documented fields only, paths as people see them.
 * @module
 */
import type { AnswerEvent, ConversationEvent } from '@glot/rag';
import { citationJson, type DisplayPath } from './answer-json.js';
import type { ConversationEventJson, EventJson } from './event-schemas.js';

export function eventJson(event: AnswerEvent, displayPath: DisplayPath): EventJson;
export function eventJson(event: ConversationEvent, displayPath: DisplayPath): ConversationEventJson;
export function eventJson(event: ConversationEvent, displayPath: DisplayPath): ConversationEventJson {
  switch (event.type) {
    case 'retrieved':
      return {
        ...event,
        hits: event.hits.map(({ rank, score, passageId, path, start, end }) => ({
          rank,
          score,
          passageId,
          path: displayPath(path),
          start,
          end,
        })),
      };
    case 'packed': {
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
    case 'citation':
      return { ...event, citation: citationJson(event.citation, displayPath) };
    case 'verification':
      return {
        ...event,
        rejected: event.rejected.map((claim) => ({
          ...claim,
          path: claim.path === null ? null : displayPath(claim.path),
        })),
      };
    default:
      return event;
  }
}
