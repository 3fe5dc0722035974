/**
 * The events of an answer as they are printed, a line of JSON each, and as servers stream them. Those of a conversation
 * bear the number of their turn.
 * @module
 */
import * as z from 'zod';
import { citationSchema, offset, reasonSchema } from './answer-schemas.js';

const count = z.number().int().nonnegative();
const ms = z.number().nonnegative();
const passageId = z.union([z.string(), z.number()]);
const span = { path: z.string(), start: offset, end: offset };
const turn = count.positive().optional();

/** How a question of a conversation was understood; comes before its answer's events. */
export const turnEventSchema = z.object({
  type: z.literal('turn'),
  /** 1-based; counted from the last `clear`. */
  turn: count.positive(),
  question: z.string(),
  /** What is answered: the question, or what the generator made of it. */
  standalone: z.string(),
  searchedWith: z.string().nullable(),
  turnsRead: count,
  turnsLeftOut: count,
  rewriteMs: ms,
});

export const retrievedEventSchema = z.object({
  type: z.literal('retrieved'),
  turn,
  question: z.string(),
  hits: z.array(z.object({ rank: count.positive(), score: z.number(), passageId, ...span })),
  encodeMs: ms,
  searchMs: ms,
});

export const packedEventSchema = z.object({
  type: z.literal('packed'),
  turn,
  contexts: z.array(z.object({ ...span, tokens: count, passageIds: z.array(passageId) })),
  dropped: z.array(
    z.object({
      passageId,
      path: z.string(),
      reason: z.enum(['budget', 'duplicate', 'near-duplicate', 'crowded', 'missing-document']),
      tokens: count,
    }),
  ),
  tokens: count,
  budgetTokens: count,
  packMs: ms,
});

/** A sentence, once one of its quotes was verified. */
export const textEventSchema = z.object({
  type: z.literal('text'),
  turn,
  sentence: count,
  text: z.string(),
  score: z.number(),
});

export const citationEventSchema = z.object({
  type: z.literal('citation'),
  turn,
  sentence: count,
  citation: citationSchema,
});

export const verificationEventSchema = z.object({
  type: z.literal('verification'),
  turn,
  verified: count,
  rejected: z.array(
    z.object({
      path: z.string().nullable(),
      quote: z.string(),
      reason: z.enum(['uncited', 'unknown-passage', 'too-short', 'not-found', 'missing-document']),
    }),
  ),
});

/** Always last. */
export const doneEventSchema = z.object({
  type: z.literal('done'),
  turn,
  abstained: z.boolean(),
  reason: reasonSchema,
  generator: z.string(),
  evidence: z
    .object({ score: z.number(), threshold: z.number(), features: z.record(z.string(), z.number().nullable()) })
    .nullable(),
  timings: z.object({
    encodeMs: ms,
    searchMs: ms,
    packMs: ms,
    firstSentenceMs: ms.nullable(),
    generateMs: z.number(),
    verifyMs: ms,
    totalMs: ms,
  }),
  usage: z.object({
    promptTokens: count.nullable(),
    generatedTokens: count.nullable(),
    cachedTokens: count.nullable(),
    firstTokenMs: ms.nullable(),
  }),
});

export const eventSchema = z.discriminatedUnion('type', [
  retrievedEventSchema,
  packedEventSchema,
  textEventSchema,
  citationEventSchema,
  verificationEventSchema,
  doneEventSchema,
]);

/** A line of a conversation. */
export const conversationEventSchema = z.discriminatedUnion('type', [turnEventSchema, ...eventSchema.options]);

export type EventJson = z.infer<typeof eventSchema>;
export type ConversationEventJson = z.infer<typeof conversationEventSchema>;
