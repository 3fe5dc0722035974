import type { ChatMessage, TokenConstraint } from '@glot/lfm2';
import { QuoteConstraint } from '../../constraint/quote-constraint.js';
import { tokenBytes } from '../../constraint/token-bytes.js';
import { TokenTrie } from '../../constraint/token-trie.js';
import { answerPrompt } from '../../prompting/answer-prompt.js';
import { CitedText } from '../../prompting/cited-text.js';
import { escapeSpecialTokens } from '../../prompting/escape-special-tokens.js';
import { REWRITE_TOKENS, rewritePrompt, rewrittenQuestion } from '../../prompting/rewrite-prompt.js';
import type { AnswerGenerator, DraftEvent, GenerationRequest, RewriteRequest } from '../answer-generator.js';
import { commonLength, PrefixCache } from './prefix-cache.js';

/**
 * What is needed of a decoder: `TextGenerator` of the LFM2 package is one.
 * @typeParam State what it remembers of tokens that it has read
 */
export interface TextModel<State = unknown> {
  readonly tokenizer: { count(text: string): number };
  /** Most tokens of prompt and answer together; default: no limit is known. */
  readonly contextTokens?: number;
  promptIds(messages: readonly ChatMessage[]): number[];
  /** Reads the prefix of prompts to come, to be given as `from`; absent in models that cannot go on from a state. */
  prefill?(ids: readonly number[], from?: State, signal?: AbortSignal): Promise<State>;
  /** @param ids what comes after `from` */
  generate(
    ids: readonly number[],
    options: {
      readonly maxTokens: number;
      readonly from?: State | undefined;
      /** Masked before a token is drawn, and told of the one that was. */
      readonly constraint?: TokenConstraint | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): AsyncIterable<{ readonly id: number; readonly text: string }>;
}

export interface LocalGeneratorOptions {
  readonly name: string;
  /** Parsed tokenizer.json of the checkpoint. */
  readonly tokenizer: unknown;
  /** Default 512. */
  readonly maxTokens?: number | undefined;
  /** Default true: whatever stands between quotation marks is a verbatim run of a passage. */
  readonly constrainQuotes?: boolean | undefined;
}

const DEFAULT_MAX_TOKENS = 512;

/**
 * Answers by a language model on this machine: the checkpoint's own chat template, passages counted by its own
 * tokenizer, quotes held to the passages while it decodes, and checked afterwards like any other's. How prompts begin
 * (instructions, the history of a conversation) is prefilled once and kept.
 *
 * @throws GlotError `rag.tokenizer` where quotes cannot be held with this tokenizer
 */
export function localGenerator<State>(model: TextModel<State>, options: LocalGeneratorOptions): AnswerGenerator {
  const special = specialTokens(options.tokenizer);
  const trie = options.constrainQuotes === false ? null : new TokenTrie(tokenBytes(options.tokenizer));
  const maxTokens = options.maxTokens ?? DEFAULT_MAX_TOKENS;
  const prefixes = new PrefixCache<State>();

  /** Tokens of a prompt, and the state that holds the first of them: what comes before the question is kept. */
  async function prefilled(messages: readonly ChatMessage[], opening: readonly ChatMessage[], signal?: AbortSignal) {
    const ids = model.promptIds(messages);
    // The last token is left to read: it gives the first logits.
    const stable = Math.min(commonLength(ids, model.promptIds(opening)), ids.length - 1);
    const cached = prefixes.longest(ids);
    const cachedTokens = cached?.ids.length ?? 0;
    if (model.prefill === undefined || stable <= cachedTokens)
      return { ids, from: cached?.state, prefillTokens: cachedTokens, cachedTokens };
    const state = await model.prefill(ids.slice(cachedTokens, stable), cached?.state, signal);
    prefixes.keep(ids.slice(0, stable), state, cached);
    return { ids, from: state, prefillTokens: stable, cachedTokens };
  }

  return {
    name: options.name,
    countTokens: (text) => model.tokenizer.count(escapeSpecialTokens(text, special)),
    fits(question, contexts) {
      if (model.contextTokens === undefined) return true;
      return (
        model.promptIds(answerPrompt(question, contexts, special).messages).length + maxTokens <= model.contextTokens
      );
    },
    async rewrite({ question, turns, signal }: RewriteRequest): Promise<string | null> {
      const { messages, opening } = rewritePrompt(question, turns, special);
      const { ids, from, prefillTokens } = await prefilled(messages, opening, signal);
      let written = '';
      for await (const { text } of model.generate(ids.slice(prefillTokens), {
        maxTokens: REWRITE_TOKENS,
        from,
        signal,
      })) {
        written += text;
        if (written.trimStart().includes('\n')) break;
      }
      return rewrittenQuestion(written);
    },
    async *generate({ question, contexts, signal }: GenerationRequest): AsyncGenerator<DraftEvent, void, void> {
      const started = performance.now();
      const { messages } = answerPrompt(question, contexts, special);
      const opening = messages.map((message) => (message.role === 'user' ? { ...message, content: '' } : message));
      const { ids, from, prefillTokens, cachedTokens } = await prefilled(messages, opening, signal);
      const passages = contexts.map((context) => escapeSpecialTokens(context.text, special));
      const constraint = trie === null ? null : new QuoteConstraint(passages, trie);
      const cited = new CitedText(contexts);
      let generatedTokens = 0;
      let firstTokenMs: number | null = null;
      const tokens = model.generate(ids.slice(prefillTokens), {
        maxTokens,
        from,
        ...(constraint !== null && { constraint }),
        signal,
      });
      for await (const { text } of tokens) {
        firstTokenMs ??= performance.now() - started;
        generatedTokens++;
        yield* cited.add(text);
      }
      yield { type: 'usage', usage: { promptTokens: ids.length, generatedTokens, cachedTokens, firstTokenMs } };
      yield* cited.finish();
    },
  };
}

/** As the vocabulary spells them. */
function specialTokens(tokenizer: unknown): string[] {
  const { added_tokens: added } = tokenizer as { added_tokens?: { content: string; special: boolean }[] };
  return (added ?? []).filter((token) => token.special).map((token) => token.content);
}
