import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { it } from './it.js';
import { ja } from './ja.js';
import { ko } from './ko.js';
import type { PromptText } from './prompt-text.js';
import { pt } from './pt.js';
import { zh } from './zh.js';

export { type PromptText, REFUSAL } from './prompt-text.js';

/** By language code; a question in any other language is asked in English and answered in its own. */
export const PROMPTS: Readonly<Record<string, PromptText>> = { ar, de, en, es, fr, it, ja, ko, pt, zh };

export const OTHER_LANGUAGE: PromptText = {
  ...en,
  rules: ['Answer the question from the passages alone, in the language of the question.', ...en.rules.slice(1)],
  rewriting: [en.rewriting[0]!.replace('in English', 'in its own language'), ...en.rewriting.slice(1)],
};

/** What a model is told about a question in this language; null where that cannot be told. */
export function promptText(lang: string | null): PromptText {
  return (lang === null ? undefined : PROMPTS[lang]) ?? OTHER_LANGUAGE;
}
