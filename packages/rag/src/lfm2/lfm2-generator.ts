import { answerPrompt } from '../prompting/answer-prompt.js';
import { CitedText } from '../prompting/cited-text.js';
import { neutralText } from '../prompting/neutral-text.js';
import { QuoteConstraint } from '../quotes/quote-constraint.js';
import { tokenBytes } from '../quotes/token-bytes.js';
import { TokenTrie } from '../quotes/token-trie.js';
import type { AnswerGenerator, DraftEvent, GenerationRequest } from '../types.js';

/** What is needed of a decoder: `Generator` of the LFM2 package is one. */
export interface TextModel {
  readonly tokenizer: { count(text: string): number };
  promptIds(messages: readonly { readonly role: 'system' | 'user'; readonly content: string }[]): number[];
  generate(
    ids: readonly number[],
    options: {
      readonly maxTokens: number;
      readonly mask?: (logits: Float32Array) => void;
      readonly signal?: AbortSignal;
    },
  ): AsyncIterable<{ readonly id: number; readonly text: string }>;
}

export interface Lfm2GeneratorOptions {
  readonly name: string;
  /** Parsed tokenizer.json of the checkpoint. */
  readonly tokenizer: unknown;
  /** Default 512. */
  readonly maxTokens?: number;
  /** Default true: whatever stands between quotation marks is a verbatim run of a passage. */
  readonly constrainQuotes?: boolean;
}

const DEFAULT_MAX_TOKENS = 512;

/**
 * Answers by a language model on this machine: the checkpoint's own chat template, passages counted by its own
 * tokenizer, quotes held to the passages while it decodes, and checked afterwards like any other's.
 *
 * @throws GlotError `rag.tokenizer` where quotes cannot be held with this tokenizer
 */
export function lfm2Generator(model: TextModel, options: Lfm2GeneratorOptions): AnswerGenerator {
  const special = specialTokens(options.tokenizer);
  const trie = options.constrainQuotes === false ? null : new TokenTrie(tokenBytes(options.tokenizer));
  return {
    name: options.name,
    countTokens: (text) => model.tokenizer.count(neutralText(text, special)),
    async *generate({ question, contexts, signal }: GenerationRequest): AsyncGenerator<DraftEvent, void, void> {
      const started = performance.now();
      const prompt = answerPrompt(question, contexts, special);
      const ids = model.promptIds(prompt.messages);
      const passages = contexts.map((context) => neutralText(context.text, special));
      const constraint = trie === null ? null : new QuoteConstraint(passages, trie);
      const cited = new CitedText(contexts);
      let generatedTokens = 0;
      let firstTokenMs: number | null = null;
      const tokens = model.generate(ids, {
        maxTokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
        ...(constraint !== null && { mask: (logits) => constraint.mask(logits) }),
        ...(signal !== undefined && { signal }),
      });
      for await (const { id, text } of tokens) {
        firstTokenMs ??= performance.now() - started;
        generatedTokens++;
        constraint?.accept(id);
        yield* cited.add(text);
      }
      yield { type: 'usage', usage: { promptTokens: ids.length, generatedTokens, firstTokenMs } };
      yield* cited.finish();
    },
  };
}

/** As the vocabulary spells them. */
function specialTokens(tokenizer: unknown): string[] {
  const { added_tokens: added } = tokenizer as { added_tokens?: { content: string; special: boolean }[] };
  return (added ?? []).filter((token) => token.special).map((token) => token.content);
}
