import { type ModelFiles, withModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { type ChatMessage, ChatTemplate } from '../chat/chat-template.js';
import { Checkpoint } from '../checkpoint.js';
import { TextTokenizer } from '../text-tokenizer.js';
import { decodeLoop } from './decode-loop.js';
import { Decoder, type DecoderOptions } from './decoder.js';
import type { DecoderState } from './decoder-state.js';
import { Sampler, type SamplingOptions } from './sampling.js';
import type { StopReason } from './stopping.js';
import { TextStreamer } from './text-streamer.js';
import type { TokenConstraint } from './token-constraint.js';

export interface GenerateOptions extends SamplingOptions {
  /** Default 512. The context can end it earlier. */
  readonly maxTokens?: number | undefined;
  /** Tokens that end the answer, besides the end tokens of the checkpoint. */
  readonly stopIds?: readonly number[] | undefined;
  /** Where to go on from; it is not changed. The prompt then holds only what comes after it. */
  readonly from?: DecoderState | undefined;
  /** What may be written; it moves on with the answer. */
  readonly constraint?: TokenConstraint | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEnd?: ((summary: GenerationSummary) => void) | undefined;
}

export interface GeneratedToken {
  readonly id: number;
  /** What the token adds to the text; empty while a character is incomplete. */
  readonly text: string;
}

export interface GenerationSummary {
  readonly reason: StopReason;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly promptMs: number;
  /** Time of the tokens after the first. */
  readonly decodeMs: number;
}

/** A checkpoint that writes text. */
export class TextGenerator {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly #chat: ChatTemplate | null;
  readonly #stopIds: ReadonlySet<number>;

  /** @param source a checkpoint folder or GGUF file, or what is open of it @throws GlotError `lfm2.*`, `kernels.*` */
  static open(source: string | ModelFiles, options: DecoderOptions = {}): Promise<TextGenerator> {
    return withModelFiles(source, async (files) => {
      const tokenizer = await TextTokenizer.load(files);
      const chat = await ChatTemplate.load(files).catch((error: unknown) => {
        if ((error as { code?: string }).code === 'lfm2.chat-template') return null;
        throw error;
      });
      return new TextGenerator(await Decoder.load(await Checkpoint.of(files), options), tokenizer, chat);
    });
  }

  constructor(decoder: Decoder, tokenizer: TextTokenizer, chat: ChatTemplate | null) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.#chat = chat;
    const ends = [...decoder.config.eosTokenIds, tokenizer.eosId, tokenizer.idOf('<|endoftext|>')];
    this.#stopIds = new Set(ends.filter((id) => id !== null));
  }

  /** Most tokens of prompt and answer together. */
  get contextTokens(): number {
    return this.decoder.contextTokens;
  }

  /** Ids of a conversation that asks for the next turn. @throws GlotError `lfm2.chat-template` */
  promptIds(messages: readonly ChatMessage[]): number[] {
    if (this.#chat === null) {
      throw new GlotError('lfm2.chat-template', 'this model has no chat template; pass token ids instead of messages');
    }
    return this.tokenizer.encodeBare(this.#chat.render(messages));
  }

  /**
   * Reads how prompts to come begin, to be given as `from`.
   * @param from what to go on from; it is not changed
   * @throws GlotError `lfm2.context`, `lfm2.batch`, `kernels.*`, `AbortError`
   */
  async prefill(ids: readonly number[], from?: DecoderState, signal?: AbortSignal): Promise<DecoderState> {
    const state = from?.snapshot() ?? this.decoder.start();
    await this.decoder.forward(state, ids, signal);
    return state;
  }

  /**
   * Continues a prompt, token by token; the end token is not among them. The event loop runs between tokens.
   * @throws GlotError `lfm2.context`, `lfm2.batch`, `lfm2.sampling`, `lfm2.no-token`, `lfm2.chat-template`, `AbortError`
   * @example
   * for await (const { text } of generator.generate([{ role: 'user', content: 'Hallo!' }])) process.stdout.write(text);
   */
  async *generate(
    prompt: readonly number[] | readonly ChatMessage[],
    options: GenerateOptions = {},
  ): AsyncGenerator<GeneratedToken, GenerationSummary> {
    const ids = isIds(prompt) ? prompt : this.promptIds(prompt);
    const began = performance.now();
    let promptMs = 0;
    const tokens = decodeLoop({
      decoder: this.decoder,
      state: options.from?.snapshot() ?? this.decoder.start(),
      prompt: ids,
      vocabularySize: this.tokenizer.size,
      sampler: new Sampler(options),
      stopping: {
        stopIds: new Set([...this.#stopIds, ...(options.stopIds ?? [])]),
        maxTokens: options.maxTokens ?? 512,
        contextTokens: this.decoder.contextTokens,
      },
      constraint: options.constraint ?? null,
      signal: options.signal,
      onPrompt: () => {
        promptMs = performance.now() - began;
      },
    });
    const streamer = new TextStreamer((all) => this.tokenizer.decode(all));
    let generatedTokens = 0;
    let next = await tokens.next();
    while (next.done !== true) {
      generatedTokens += 1;
      yield { id: next.value, text: streamer.push(next.value) };
      next = await tokens.next();
    }
    const summary: GenerationSummary = {
      reason: next.value,
      promptTokens: ids.length,
      generatedTokens,
      promptMs,
      decodeMs: performance.now() - began - promptMs,
    };
    options.onEnd?.(summary);
    return summary;
  }

  /** Frees native memory. Safe to call twice. */
  dispose(): Promise<void> {
    return this.decoder.dispose();
  }
}

function isIds(prompt: readonly number[] | readonly ChatMessage[]): prompt is readonly number[] {
  return typeof prompt[0] !== 'object';
}
