import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile } from '@glot/checkpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Checkpoint } from './checkpoint.js';
import { logitsHead } from './testing/logits-head.js';
import { Trunk } from './trunk.js';

const FOLDER = fileURLToPath(new URL('../../../../shared/golden/lfm2-tiny-a', import.meta.url));

interface Expected {
  readonly ids: number[];
  readonly next_token_probabilities_top10: [number, number][];
  readonly greedy_32: number[];
}

/** Largest difference, as a part of the largest expected value. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

describe.skipIf(!existsSync(FOLDER))(
  'the trunk, against shared golden values (skipped where ../shared is absent)',
  () => {
    let checkpoint: Checkpoint;
    let golden: SafetensorsFile;
    let expected: Expected;
    beforeAll(async () => {
      checkpoint = await Checkpoint.open(FOLDER);
      golden = await SafetensorsFile.open(`${FOLDER}/expected.safetensors`);
      expected = JSON.parse(await readFile(`${FOLDER}/expected.json`, 'utf8'));
    });
    afterAll(async () => {
      await checkpoint.close();
      await golden.close();
    });

    for (const mode of ['causal', 'bidirectional'] as const) {
      for (const valid of [null, 15]) {
        it(`gives the hidden states of the float64 reference: ${mode}, ${valid ?? 'all'} keys visible`, async () => {
          const convolution = mode === 'causal' ? 'causal' : 'centered';
          const trunk = await Trunk.load(checkpoint, { attention: mode, convolution, threads: 1 });
          const { ids } = expected;
          // Twice in one batch: both rows must come out alike.
          const hidden = await trunk.run({
            ids: Int32Array.from([...ids, ...ids]),
            sequences: 2,
            length: ids.length,
            ...(valid === null ? {} : { valid: Int32Array.of(valid, valid) }),
          });
          await trunk.dispose();
          const reference = await golden.readFloats(`hidden.${mode}${valid === null ? '' : `.valid${valid}`}`);
          const half = hidden.length / 2;
          expect(relativeError(hidden.subarray(0, half), reference)).toBeLessThan(1e-4);
          expect(relativeError(hidden.subarray(half), reference)).toBeLessThan(1e-4);
        });
      }
    }

    it('gives the next-token probabilities and the 32 greedy tokens of llama.cpp', async () => {
      const trunk = await Trunk.load(checkpoint, { head: await logitsHead(checkpoint), threads: 1 });
      const logitsAfter = async (ids: readonly number[]) => {
        const logits = await trunk.run({ ids: Int32Array.from(ids), sequences: 1, length: ids.length });
        return logits.subarray(logits.length - trunk.width);
      };
      const { ids: prompt } = expected;
      const all = await trunk.run({ ids: Int32Array.from(prompt), sequences: 1, length: prompt.length });
      expect(relativeError(all, await golden.readFloats('logits.causal'))).toBeLessThan(1e-4);
      const last = await logitsAfter(prompt);
      const total = last.reduce((sum, value) => sum + Math.exp(value), 0);
      for (const [id, probability] of expected.next_token_probabilities_top10) {
        // llama.cpp itself is up to 1.2e-4 away from the float64 reference here.
        expect(Math.abs(Math.exp(last[id]!) / total - probability)).toBeLessThan(3e-4);
      }
      const ids = [...prompt];
      for (let step = 0; step < expected.greedy_32.length; step += 1) {
        const logits = await logitsAfter(ids);
        ids.push(logits.indexOf(Math.max(...logits)));
      }
      await trunk.dispose();
      expect(ids.slice(prompt.length)).toEqual(expected.greedy_32);
    });
  },
);
