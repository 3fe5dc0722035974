/**
 * The JSON that `glot` prints and that servers give: written and read by the same schemas.
 * @module
 */
export {
  type AnswerJson,
  answerSchema,
  type CitationJson,
  citationSchema,
  claimedAnswerSchema,
  type HitJson,
  hitSchema,
  type UnreadJson,
  unreadSchema,
} from './answer-schemas.js';
export {
  type ConversationEventJson,
  conversationEventSchema,
  type EventJson,
  eventSchema,
} from './event-schemas.js';
