import { GlotError, isGlotError } from '@glot/errors';
import { type DisposableGenerator, openGenerator as openNamed } from '@glot/glot';

export interface GeneratorFlags {
  readonly generator?: string | undefined;
  readonly generatorModel?: string | undefined;
  readonly threads?: number | undefined;
}

/**
 * Who writes the answer, as the flags say; undefined where the documents are to be quoted.
 *
 * @throws GlotError `cli.generator-model`, `rag.generator-url`, `lfm2.*`
 */
export async function openGenerator(flags: GeneratorFlags): Promise<DisposableGenerator | undefined> {
  const { generator, generatorModel: model, threads } = flags;
  if (generator === undefined) return undefined;
  // The key comes from the environment alone: a command line is seen by others.
  return openNamed({ generator, model, threads, apiKey: process.env.GLOT_GENERATOR_API_KEY }).catch(
    (error: unknown) => {
      if (!isGlotError(error, 'glot.generator-model')) throw error;
      throw new GlotError('cli.generator-model', `${error.message}: --generator-model NAME`);
    },
  );
}

/** Told once to people who have set no generator; programs read it in the last event. */
export const QUOTING_NOTE = 'quoting the documents; --generator lets a language model write the answer';
