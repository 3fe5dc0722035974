/**
 * Conversations over fixtures/corpus: what follow-ups become by evidence, beside each question asked by itself.
 * @module
 */

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Encoder } from '@glot/encoder';
import { holdsAnswer } from '@glot/eval';
import { openIndex } from '@glot/index';
import { type AnswerEvent, askStream, type Citation, type ConversationEvent, converse } from '@glot/rag';
import * as z from 'zod';

const ROW = z.object({
  lang: z.string(),
  turns: z.array(
    z.object({
      kind: z.enum(['topic', 'follow-up', 'new-topic', 'unanswerable']),
      question: z.string(),
      path: z.string().nullable(),
      holds: z.string().nullable(),
    }),
  ),
});
type TurnRow = z.infer<typeof ROW>['turns'][number];

export interface FollowUpFigures {
  readonly kind: TurnRow['kind'];
  readonly questions: number;
  readonly alone: Counts;
  readonly conversation: Counts;
}

interface Counts {
  answered: number;
  /** The first citation is of the judged document. */
  rightDocument: number;
  /** A quote holds the judged words. */
  holds: number;
}

/** @param root of the repository */
export async function measureFollowUps(root: string, encoder: Encoder): Promise<FollowUpFigures[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'glot-eval-'));
  const file = join(scratch, 'corpus.db');
  execFileSync(
    process.execPath,
    [join(root, 'cli/bin/glot.js'), 'index', join(root, 'fixtures/corpus'), '--index', file],
    { stdio: 'ignore' },
  );
  const index = await openIndex({ file, mode: 'read' });
  const lines = (await readFile(join(root, 'eval/conversations/corpus-conversations.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  const totals = new Map<TurnRow['kind'], FollowUpFigures>();
  try {
    for (const line of lines) {
      const conversation = converse({ index, encoder });
      for (const turn of ROW.parse(JSON.parse(line)).turns) {
        const zero = () => ({ answered: 0, rightDocument: 0, holds: 0 });
        const before = totals.get(turn.kind) ?? { kind: turn.kind, questions: 0, alone: zero(), conversation: zero() };
        await count(turn, askStream(turn.question, { index, encoder }), before.alone);
        await count(turn, conversation.ask(turn.question), before.conversation);
        totals.set(turn.kind, { ...before, questions: before.questions + 1 });
      }
    }
  } finally {
    await index.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return [...totals.values()];
}

async function count(
  { path, holds }: TurnRow,
  events: AsyncIterable<AnswerEvent | ConversationEvent>,
  counts: Counts,
): Promise<void> {
  const citations: Citation[] = [];
  for await (const event of events) if (event.type === 'citation') citations.push(event.citation);
  if (citations.length > 0) counts.answered++;
  if (path !== null && citations[0]?.path.endsWith(path)) counts.rightDocument++;
  if (holds !== null && citations.some(({ quote }) => holdsAnswer(quote, holds))) counts.holds++;
}
