import { basename } from 'node:path';
import type { DecoderOptions } from '@glot/lfm2';
import type { AnswerGenerator } from '../answer-generator.js';
import { type LocalGeneratorOptions, localGenerator } from './local-generator.js';

export interface OpenLfm2GeneratorOptions extends Omit<LocalGeneratorOptions, 'name' | 'tokenizer'> {
  readonly decoder?: DecoderOptions | undefined;
}

/** A generator that holds native memory. */
export interface OpenedGenerator extends AnswerGenerator {
  dispose(): Promise<void>;
}

/**
 * Opens a checkpoint folder or GGUF file of an LFM2 chat model.
 *
 * @throws GlotError `lfm2.*`, `kernels.*`, `rag.tokenizer`
 */
export async function openLfm2Generator(
  path: string,
  { decoder, ...options }: OpenLfm2GeneratorOptions = {},
): Promise<OpenedGenerator> {
  // Brought in only here: most answers are made of quotes, and need no language model.
  const [{ withModelFiles }, { TextGenerator }] = await Promise.all([
    import('@glot/checkpoints'),
    import('@glot/lfm2'),
  ]);
  return withModelFiles(path, async (files) => {
    const { json: tokenizer } = await files.tokenizer();
    const model = await TextGenerator.open(files, decoder);
    try {
      const answers = localGenerator(model, { ...options, name: basename(path), tokenizer });
      return { ...answers, dispose: () => model.dispose() };
    } catch (error) {
      await model.dispose();
      throw error;
    }
  });
}
