import { GlotError } from '@glot/errors';
import { type AnswerGenerator, httpGenerator, openLfm2Generator } from '@glot/rag';

export interface GeneratorFlags {
  readonly generator?: string;
  readonly generatorModel?: string;
  readonly threads?: number;
}

export interface CliGenerator extends AnswerGenerator {
  dispose?(): Promise<void>;
}

/**
 * Who writes the answer, as the flags say; undefined where the documents are to be quoted.
 *
 * @throws GlotError `cli.generator-model`, `rag.generator-url`, `lfm2.*`
 */
export async function openGenerator(flags: GeneratorFlags): Promise<CliGenerator | undefined> {
  const { generator: where, generatorModel: model, threads } = flags;
  if (where === undefined) return undefined;
  if (!/^https?:/iu.test(where)) {
    const { resolveModel } = await import('@glot/checkpoints');
    return openLfm2Generator(await resolveModel(where), { decoder: threads === undefined ? {} : { threads } });
  }
  if (model === undefined) {
    throw new GlotError('cli.generator-model', 'say which model to use at that address: --generator-model NAME');
  }
  // The key comes from the environment alone: a command line is seen by others.
  const apiKey = process.env.GLOT_GENERATOR_API_KEY;
  return httpGenerator({ url: where, model, ...(apiKey !== undefined && { apiKey }) });
}

/** Told once to people who have set no generator; programs read it in the last event. */
export const QUOTING_NOTE = 'quoting the documents; --generator lets a language model write the answer';
