import { isAbortError, isGlotError } from '@glot/errors';
import type {} from '../error-codes.js';
import { adviceOn } from './advice.js';
import { printable } from './printable.js';

/** One line for stderr: what happened, where, what to do next. */
export function errorLine(error: unknown): string {
  if (isAbortError(error)) return 'glot: interrupted';
  const message = error instanceof Error ? error.message : String(error);
  if (!isGlotError(error)) return `glot: unexpected error: ${onOneLine(message)} (set GLOT_DEBUG=1 to see where)`;
  const advice = adviceOn(error);
  return `glot: ${onOneLine(advice === undefined ? message : `${message}; ${advice}`)}`;
}

const onOneLine = (text: string): string => printable(text.replace(/\s*\n\s*/g, ' ')).trim();
