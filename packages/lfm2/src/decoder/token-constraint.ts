/**
 * What a text may go on with, token by token. The decode loop asks `mask` before it draws a token and tells `accept` the
 * one that was drawn; a token that ends the text is not accepted.
 */
export interface TokenConstraint {
  /** Sets the logits [vocabSize] of tokens that must not come next to -Infinity, in place. */
  mask(logits: Float32Array): void;
  /** Takes note of the token that was drawn: one that `mask` left. */
  accept(id: number): void;
  /** One that stands where this one stands, and goes on apart from it. */
  fork(): TokenConstraint;
  /** Ids that must come next, in their order, as far as there is no choice; empty where there is one. */
  forced(): readonly number[];
}
