import { GlotError } from '@glot/errors';

export function corrupt(where: string, problem: string, cause?: unknown): GlotError {
  return new GlotError('lfm2.gguf', `${where} is not a sound GGUF file: ${problem}; fetch it again`, {
    cause,
    details: { path: where },
  });
}
