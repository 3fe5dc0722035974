/**
 * Questions that build on each other.
 * @module
 */
import type { AnswerEvent, AskOptions } from '../answer/answer.js';
import type { Turn } from '../generators/answer-generator.js';

/** How a question of a conversation was understood; comes before its answer's events. */
export interface TurnEvent {
  readonly type: 'turn';
  /** 1-based; counted from the last `clear`. */
  readonly turn: number;
  readonly question: string;
  /** What is answered: the question, or what the generator made of it. */
  readonly standalone: string;
  /** Words of an earlier question that were added for the search alone; null where there are none. */
  readonly searchedWith: string | null;
  /** Earlier turns that the generator was shown for rewriting. */
  readonly turnsRead: number;
  /** Earlier turns that no longer fit the history's budget. */
  readonly turnsLeftOut: number;
  /** Of the generator; 0 where it wrote nothing. */
  readonly rewriteMs: number;
}

export type ConversationEvent = TurnEvent | AnswerEvent;

export interface ConversationOptions extends AskOptions {
  /** Tokens of earlier turns that a generator is shown for rewriting; default 512. The newest turns go first. */
  readonly historyTokens?: number | undefined;
}

/** Questions that build on each other. What it remembers is `turns` and nothing else, in this object alone. */
export interface Conversation {
  /** Turns that were answered or abstained from to the end, oldest first. */
  readonly turns: readonly Turn[];
  /**
   * Asks the next question. A turn that is interrupted or fails is not remembered. One at a time.
   * @param options `filter`: of this turn, in place of the conversation's
   * @throws GlotError as `askStream`
   */
  ask(question: string, options?: Pick<AskOptions, 'signal' | 'filter'>): AsyncGenerator<ConversationEvent, void, void>;
  /** Forgets all turns. */
  clear(): void;
}
