/** Thrown by readers inside the process that parses for an expected outcome; becomes a `skipped` value outside. */
import type { SkipReason } from '../skip-reasons.js';

export class Refused extends Error {
  readonly reason: SkipReason;

  constructor(reason: SkipReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}
