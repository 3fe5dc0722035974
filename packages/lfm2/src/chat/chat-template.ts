import { type ModelFiles, withModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { Template } from '@huggingface/jinja';
import * as z from 'zod';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
}

const Token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]).nullish();
const TemplateFile = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish()
    .transform((value) =>
      Array.isArray(value) ? (value.find(({ name }) => name === 'default') ?? value[0])?.template : value,
    ),
  bos_token: Token,
  eos_token: Token,
});

/** Writes a conversation the way a model learnt to read it. The text holds the special tokens, the first one too. */
export class ChatTemplate {
  readonly #template: Template;
  readonly #tokens: { readonly bos_token: string; readonly eos_token: string };

  /**
   * The template of a checkpoint folder (chat_template.jinja, or tokenizer_config.json) or GGUF file, or of what is
   * open of it.
   * @throws GlotError `lfm2.chat-template` where there is none or it is no template, `lfm2.not-found`, `lfm2.gguf`
   */
  static load(model: string | ModelFiles): Promise<ChatTemplate> {
    return withModelFiles(model, async (files) => {
      const source = await files.chatTemplate();
      const { json: config } = await files.tokenizerConfig();
      const parsed = TemplateFile.safeParse(config);
      const text = source ?? (parsed.success ? parsed.data.chat_template : null);
      if (!text) {
        throw new GlotError(
          'lfm2.chat-template',
          `${files.path} has no chat template; it is no chat model, so pass token ids or plain text instead of messages`,
          { details: { path: files.path } },
        );
      }
      const tokens: Partial<z.infer<typeof TemplateFile>> = parsed.success ? parsed.data : {};
      try {
        return new ChatTemplate(new Template(text), tokens.bos_token ?? '', tokens.eos_token ?? '');
      } catch (cause) {
        throw new GlotError('lfm2.chat-template', `the chat template of ${files.path} cannot be read`, { cause });
      }
    });
  }

  private constructor(template: Template, bos: string, eos: string) {
    this.#template = template;
    this.#tokens = { bos_token: bos, eos_token: eos };
  }

  /** The prompt that asks for the next turn of the assistant. @throws GlotError `lfm2.chat-template` */
  render(messages: readonly ChatMessage[]): string {
    try {
      return this.#template.render({
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: true,
        ...this.#tokens,
      });
    } catch (cause) {
      throw new GlotError('lfm2.chat-template', 'the chat template refuses these messages', { cause });
    }
  }
}
