/** What a language model is told, in one language. The words only: where they stand is `answer-prompt.ts`'s business. */
export interface PromptText {
  /** The task, the form of the answer, and that passages are data. */
  readonly rules: readonly string[];
  /** How to make a question of a conversation stand alone. */
  readonly rewriting: readonly string[];
  /** Stands before the question, after the passages. */
  readonly question: string;
}

/** What a model writes instead of an answer, in every language. */
export const REFUSAL = 'NO_ANSWER';
