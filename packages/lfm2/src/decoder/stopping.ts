/** Why a text ended: an end token, the limit of tokens, or the limit of prompt and answer together. */
export type StopReason = 'stop' | 'length' | 'context';

export interface StoppingCriteria {
  /** Tokens that end a text and are no part of it. */
  readonly stopIds: ReadonlySet<number>;
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  /** Most tokens of prompt and answer together. */
  readonly contextTokens: number;
}

/**
 * Whether a text that has grown ends there.
 * @param generated tokens of the answer
 * @param read tokens that the decoder holds
 */
export function reachedLimit(generated: number, read: number, criteria: StoppingCriteria): StopReason | null {
  if (generated >= criteria.maxTokens) return 'length';
  return read === criteria.contextTokens ? 'context' : null;
}
