/**
 * The question and its passages as chat messages: passages fenced as data, with numbers to cite them by.
 * @module
 */

import type { ChatMessage } from '@glot/lfm2';
import type { PackedContext } from '../context/packed-context.js';
import { escapedLabel, escapeSpecialTokens } from './escape-special-tokens.js';
import { promptText } from './languages/index.js';
import { questionLanguage } from './question-language.js';

export interface AnswerPrompt {
  readonly messages: readonly ChatMessage[];
  /** What the numbers stand for: number n is `contexts[n - 1]`. */
  readonly contexts: readonly PackedContext[];
  /** Of the question; null where it cannot be told. */
  readonly lang: string | null;
}

export function answerPrompt(
  question: string,
  contexts: readonly PackedContext[],
  specialTokens: readonly string[] = [],
): AnswerPrompt {
  const lang = questionLanguage(question);
  const text = promptText(lang);
  const passages = contexts.map((context, i) => fencedPassage(context, i + 1, specialTokens));
  const asked = `${text.question} ${escapeSpecialTokens(question, specialTokens)}`;
  return {
    messages: [
      { role: 'system', content: text.rules.join('\n') },
      { role: 'user', content: [...passages, asked].join('\n\n') },
    ],
    contexts,
    lang,
  };
}

function fencedPassage(context: PackedContext, id: number, specialTokens: readonly string[]): string {
  const headings = context.hits[0]?.headings ?? [];
  const label = escapedLabel([context.title ?? context.path, ...headings].join(' › '), specialTokens);
  return `<passage id="${id}" source="${label}">\n${escapeSpecialTokens(context.text, specialTokens)}\n</passage>`;
}
