import type { AnswerEvent, AskOptions, AskSources } from '../answer/answer.js';
import { writeAnswer } from '../answer/ask-stream.js';
import { type RetrievedContext, retrieveContext } from '../answer/retrieve-context.js';
import type { Turn } from '../generators/answer-generator.js';
import { requireQuestion, resolveEncoder } from '../retrieval/retrieve.js';
import type { Conversation, ConversationEvent, ConversationOptions, TurnEvent } from './turns.js';

export const DEFAULT_HISTORY_TOKENS = 512;

/** As much evidence for the question alone, and an earlier question is not looked at. */
const STANDS_ALONE = 0.5;

/**
 * Starts a conversation. A generator that writes makes each follow-up stand alone; without one (or where nothing of
 * use came) a follow-up is searched both alone and with the words of the last question that stood alone, and weighed
 * by its own words both times: the stronger evidence is answered from.
 *
 * @example
 * const conversation = converse({ index, encoder });
 * for await (const event of conversation.ask('Wie lange geht der Teig?')) console.log(event.type);
 * for await (const event of conversation.ask('Und im Kühlschrank?')) console.log(event.type);
 */
export function converse(options: AskSources & ConversationOptions): Conversation {
  let turns: Turn[] = [];
  /** The last question that was answered by its own words. */
  let topic: string | null = null;
  return {
    get turns() {
      return turns;
    },
    clear() {
      turns = [];
      topic = null;
    },
    async *ask(question, { signal, filter = options.filter } = {}) {
      const asking: AskSources & ConversationOptions = { ...options, signal, filter };
      const asked = requireQuestion(question);
      const understood = await understand(asked, turns, topic, asking);
      const { turnsRead, rewriteMs } = understood;
      yield {
        type: 'turn',
        turn: turns.length + 1,
        question: asked,
        standalone: understood.standalone,
        searchedWith: understood.searchedWith,
        turnsRead,
        turnsLeftOut: turns.length - turnsRead,
        rewriteMs,
      } satisfies TurnEvent;
      yield* understood.events;
      const sentences: string[] = [];
      const before = turns;
      for await (const event of writeAnswer(understood.context, asking)) {
        if (event.type === 'text') sentences.push(event.text);
        // Remembered before it is told: a reader may leave with the last event.
        if (event.type === 'done' && turns === before) {
          turns = [...turns, { question: asked, sentences }];
          if (!event.abstained && understood.searchedWith === null) topic = understood.standalone;
        }
        yield event satisfies ConversationEvent;
      }
    },
  };
}

interface Understood {
  readonly standalone: string;
  readonly searchedWith: string | null;
  readonly turnsRead: number;
  readonly rewriteMs: number;
  readonly events: readonly AnswerEvent[];
  readonly context: RetrievedContext;
}

async function understand(
  question: string,
  turns: readonly Turn[],
  topic: string | null,
  options: AskSources & ConversationOptions,
): Promise<Understood> {
  const started = performance.now();
  const { generator, signal } = options;
  const shown = generator?.rewrite === undefined ? [] : await newestTurns(turns, options);
  const rewritten = shown.length === 0 ? null : await generator!.rewrite!({ question, turns: shown, signal });
  const turnsRead = shown.length;
  if (rewritten !== null || topic === null) {
    const rewriteMs = performance.now() - started;
    const standalone = rewritten ?? question;
    return { standalone, searchedWith: null, turnsRead, rewriteMs, ...(await contextOf(standalone, options)) };
  }
  const alone = await contextOf(question, options);
  const rewriteMs = alone.context.started - started;
  if (evidenceOf(alone.context) >= STANDS_ALONE) {
    return { standalone: question, searchedWith: null, turnsRead, rewriteMs, ...alone };
  }
  const joined = await contextOf(question, options, `${topic} ${question}`);
  const better = evidenceOf(joined.context) > evidenceOf(alone.context);
  return {
    standalone: question,
    searchedWith: better ? topic : null,
    turnsRead,
    rewriteMs,
    ...(better ? joined : alone),
  };
}

async function contextOf(question: string, options: AskSources & AskOptions, searched?: string) {
  const events: AnswerEvent[] = [];
  const steps = retrieveContext(question, options, searched);
  let next = await steps.next();
  for (; next.done !== true; next = await steps.next()) events.push(next.value);
  return { events, context: next.value };
}

function evidenceOf({ evidence }: RetrievedContext): number {
  return evidence?.score ?? 0;
}

/** As many turns from the end as the budget holds; oldest first. */
async function newestTurns(
  turns: readonly Turn[],
  options: AskSources & ConversationOptions,
): Promise<readonly Turn[]> {
  const { generator, historyTokens = DEFAULT_HISTORY_TOKENS } = options;
  const encoder = generator?.countTokens === undefined ? await resolveEncoder(options.encoder) : null;
  let left = historyTokens;
  let first = turns.length;
  while (first > 0) {
    const { question, sentences } = turns[first - 1]!;
    const text = [question, ...sentences].join('\n');
    left -= generator?.countTokens?.(text) ?? encoder!.countTokens(text);
    if (left < 0) break;
    first--;
  }
  return turns.slice(first);
}
