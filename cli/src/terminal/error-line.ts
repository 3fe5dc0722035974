import { isGlotError } from '@glot/errors';
import { printable } from './printable.js';

/** One line for stderr: what happened, where, what to do next. */
export function errorLine(error: unknown): string {
  if (isGlotError(error, 'aborted')) return 'glot: interrupted';
  const message = error instanceof Error ? error.message : String(error);
  const known = isGlotError(error);
  const line = printable(message.replace(/\s*\n\s*/g, ' ')).trim();
  return known ? `glot: ${line}` : `glot: unexpected error: ${line} (set GLOT_DEBUG=1 to see where)`;
}
