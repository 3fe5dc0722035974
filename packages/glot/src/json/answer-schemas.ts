/**
 * The JSON that `glot` prints and that servers give: written and read by the same schemas.
 * @module
 */
import * as z from 'zod';

export const offset = z.number().int().nonnegative();
const lines = z.object({ first: z.number().int(), last: z.number().int() });
const placeKind = z.enum(['page', 'sheet', 'slide', 'chapter', 'time']);

/** The file is gone, or has another content, since it was indexed. */
const onDisk = z.enum(['gone', 'changed']);

export const citationSchema = z.object({
  path: z.string(),
  /** UTF-16 offsets in the document's text. */
  start: offset,
  end: offset,
  quote: z.string(),
  verified: z.literal(true),
  page: z.number().nullable(),
  place: z.object({ kind: placeKind, label: z.string() }).optional(),
  heading: z.string().nullable(),
  onDisk: onDisk.optional(),
});

/** What the encoder does not read: whether the query, and the languages that most of the index is in. */
export const unreadSchema = z.object({ query: z.boolean(), languages: z.array(z.string()) });

/** Why nothing was answered; null where something was. */
export const reasonSchema = z
  .enum(['nothing-found', 'weak-evidence', 'nothing-quotable', 'declined', 'nothing-verified'])
  .nullable();

export const answerSchema = z.object({
  question: z.string(),
  abstained: z.boolean(),
  reason: reasonSchema,
  answer: z.array(z.object({ text: z.string(), citations: z.array(citationSchema) })),
  unread: unreadSchema.optional(),
});

export const hitSchema = z.object({
  rank: z.number().int().positive(),
  /** The share of such passages that answer their query. */
  score: z.number().min(0).max(1),
  /** Log-odds that add up to those of the score. */
  parts: z.object({ base: z.number(), semantic: z.number(), lexical: z.number() }),
  /** Of the passage, for `glot get`. */
  id: z.union([z.string(), z.number()]),
  path: z.string(),
  text: z.string(),
  start: offset,
  end: offset,
  lines: lines.nullable(),
  page: z.number().nullable(),
  places: z.array(z.object({ kind: placeKind, label: z.string(), start: offset })).optional(),
  title: z.string().nullable(),
  heading: z.string().nullable(),
  lang: z.string().nullable(),
  onDisk: onDisk.optional(),
  /** Words of the query that stand nowhere in the index, and what the hit has in their place. */
  corrections: z.array(z.object({ typed: z.string(), searched: z.string() })).optional(),
});

/** An answer of anyone, to be verified: all that it must have. Nothing else in it is looked at, `verified` least of all. */
export const claimedAnswerSchema = z.object({
  question: answerSchema.shape.question.nullish(),
  answer: z.array(
    z.object({
      text: z.string(),
      citations: z.array(
        citationSchema.pick({ path: true, quote: true }).extend({ start: offset.nullish(), end: offset.nullish() }),
      ),
    }),
  ),
});

export type CitationJson = z.infer<typeof citationSchema>;
export type UnreadJson = z.infer<typeof unreadSchema>;
export type AnswerJson = z.infer<typeof answerSchema>;
export type HitJson = z.infer<typeof hitSchema>;
