/**
 * The contracts of all rooms.
 * @module
 */
export type * from './answer/answer.js';
export type { DroppedHit, DropReason, PackedContext, Packing } from './context/packed-context.js';
export type * from './conversation/turns.js';
export type * from './generators/answer-generator.js';
export type * from './retrieval/retrieve-options.js';
