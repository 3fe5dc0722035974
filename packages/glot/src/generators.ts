import { GlotError } from '@glot/errors';
import { type AnswerGenerator, httpGenerator, openLfm2Generator } from '@glot/rag';

export interface OpenGeneratorOptions {
  /** The address of a server with the interface of OpenAI's, or a local model: its folder, .gguf file or pulled name. */
  readonly generator: string;
  /** Of a server: which of its models. */
  readonly model?: string | undefined;
  /** Of a server that asks for one. */
  readonly apiKey?: string | undefined;
  /** Of a local model. */
  readonly threads?: number | undefined;
}

export interface DisposableGenerator extends AnswerGenerator {
  dispose?(): Promise<void>;
}

/**
 * Who is to write answers, from one place where people name it.
 * @throws GlotError `glot.generator-model` for a server without a model; `rag.generator-url`, `lfm2.*`
 */
export async function openGenerator(options: OpenGeneratorOptions): Promise<DisposableGenerator> {
  const { generator: where, model, apiKey, threads } = options;
  if (!/^https?:/iu.test(where)) {
    const { resolveModel } = await import('@glot/checkpoints');
    return openLfm2Generator(await resolveModel(where), { decoder: threads === undefined ? {} : { threads } });
  }
  if (model === undefined) throw new GlotError('glot.generator-model', 'say which model to use at that address');
  return httpGenerator({ url: where, model, apiKey });
}
