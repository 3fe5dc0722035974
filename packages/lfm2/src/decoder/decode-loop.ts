import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '@glot/errors';
import type { Decoder } from './decoder.js';
import type { DecoderState } from './decoder-state.js';
import type { Sampler } from './sampling.js';
import { reachedLimit, type StoppingCriteria, type StopReason } from './stopping.js';
import type { TokenConstraint } from './token-constraint.js';

export interface DecodeLoopOptions {
  readonly decoder: Decoder;
  /** Where to go on from; it is moved on. */
  readonly state: DecoderState;
  /** What is read first; one token at least. */
  readonly prompt: readonly number[];
  /** Tokens that mean something; rows beyond the vocabulary were never trained. */
  readonly vocabularySize: number;
  readonly sampler: Sampler;
  readonly stopping: StoppingCriteria;
  readonly constraint: TokenConstraint | null;
  readonly signal: AbortSignal | undefined;
  /** Told once the prompt has been read. */
  readonly onPrompt: () => void;
}

/** Draws token after token; the event loop runs between them. The token that ends the text is not among them. */
export async function* decodeLoop(options: DecodeLoopOptions): AsyncGenerator<number, StopReason> {
  const { decoder, state, prompt, sampler, stopping, constraint, signal } = options;
  let logits = await decoder.forward(state, prompt, signal);
  options.onPrompt();
  const seen = new Set(prompt);
  let generated = 0;
  while (generated < stopping.maxTokens) {
    logits.fill(Number.NEGATIVE_INFINITY, options.vocabularySize);
    sampler.penalize(logits, seen);
    constraint?.mask(logits);
    const id = sampler.draw(logits);
    if (stopping.stopIds.has(id)) return 'stop';
    constraint?.accept(id);
    seen.add(id);
    generated += 1;
    yield id;
    const limit = reachedLimit(generated, state.length, stopping);
    if (limit !== null) return limit;
    await setImmediate();
    throwIfAborted(signal);
    logits = await decoder.forward(state, [id], signal);
  }
  return 'length';
}
