import { GlotError } from '@glot/errors';
import type { ClaimedAnswer } from '@glot/rag';
import { claimedAnswerSchema } from './answer-schemas.js';

/** @throws GlotError `rag.answer-shape` where the JSON is no answer, with the place in it */
export function claimedAnswer(value: unknown): ClaimedAnswer {
  const parsed = claimedAnswerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const place = issue.path.map((key) => String(key)).join('.') || 'the top level';
  const message = `not an answer as \`glot ask --json\` prints it: ${place}: ${issue.message}`;
  throw new GlotError('rag.answer-shape', message, { details: { place } });
}
