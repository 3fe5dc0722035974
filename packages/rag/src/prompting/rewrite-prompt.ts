import type { ChatMessage } from '@glot/lfm2';
import type { Turn } from '../generators/answer-generator.js';
import { escapeSpecialTokens } from './escape-special-tokens.js';
import { promptText } from './languages/index.js';
import { questionLanguage } from './question-language.js';

export interface RewritePrompt {
  readonly messages: readonly ChatMessage[];
  /** The same without the question at its end: what the next prompt of this conversation begins with, too. */
  readonly opening: readonly ChatMessage[];
}

/**
 * A conversation and its last question as chat messages that ask for the question alone. Answers are words of
 * documents: turns are fenced as data, as passages are. Turn by turn the prompt only grows at its end.
 */
export function rewritePrompt(
  question: string,
  turns: readonly Turn[],
  specialTokens: readonly string[] = [],
): RewritePrompt {
  const text = promptText(questionLanguage(question));
  const escaped = (value: string) => escapeSpecialTokens(value, specialTokens);
  const fenced = turns.map(
    ({ question: asked, sentences }) =>
      `<turn>\n${text.question} ${escaped(asked)}\n${escaped(sentences.join(' '))}\n</turn>`,
  );
  const system = { role: 'system', content: text.rewriting.join('\n') } as const;
  const ending = (last: string) => [system, { role: 'user', content: [...fenced, last].join('\n\n') } as const];
  return { messages: ending(`${text.question} ${escaped(question)}`), opening: ending('') };
}

/** Tokens that a rewritten question may take. */
export const REWRITE_TOKENS = 96;

const LONGEST_QUESTION = 400;

/** The question in what a model wrote: its first line, without marks around it; null where there is none. */
export function rewrittenQuestion(written: string): string | null {
  const line = written.split('\n').find((part) => part.trim() !== '') ?? '';
  const question = line.trim().replace(/^["“”„«「『]+|["“”»」』]+$/gu, '');
  if (!/[\p{L}\p{N}]/u.test(question) || question.length > LONGEST_QUESTION) return null;
  return question;
}
