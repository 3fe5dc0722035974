import { createHash } from 'node:crypto';
import type { ModelFiles } from '@glot/checkpoints';
import { GlotError } from '@glot/errors';
import { f32Tensor, l2Normalize, linear } from '@glot/kernels';
import type { Head } from '@glot/lfm2';
import type { Projection } from './colbert-settings.js';

/** Hidden states -> unit vectors. @throws GlotError `encoder.settings` where the matrix has another shape; `lfm2.*` */
export async function projectionHead(files: ModelFiles, projection: Projection): Promise<Head> {
  const { inputs, outputs, bias, module } = projection;
  const { file, prefix } = await files.module(module);
  const read = async (tensor: string, shape: readonly number[]) => {
    const found = file.describe(prefix + tensor)?.shape;
    if (found?.length !== shape.length || found.some((size, i) => size !== shape[i])) {
      throw new GlotError(
        'encoder.settings',
        `${file.path}: ${prefix}${tensor} has the shape [${found}], its config asks for [${shape}]`,
      );
    }
    return f32Tensor(await file.readFloats(prefix + tensor), shape);
  };
  const weights = {
    weight: await read('linear.weight', [outputs, inputs]),
    bias: bias ? await read('linear.bias', [outputs]) : undefined,
  };
  const hash = createHash('sha256').update(weights.weight.bytes);
  if (weights.bias !== undefined) hash.update(weights.bias.bytes);
  return {
    identity: `projection ${outputs} ${hash.digest('hex')}`,
    width: outputs,
    build: (graph, hidden) => l2Normalize(graph, linear(graph, hidden, weights)),
  };
}
