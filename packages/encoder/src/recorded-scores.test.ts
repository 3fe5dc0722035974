import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SafetensorsFile } from '@glot/checkpoints';
import { createMaxSim, quantizeRows } from '@glot/kernels';
import { describe, expect, it } from 'vitest';

const PATH = fileURLToPath(
  new URL('../../../../shared/data/lfm2-reference/colbert_reference.safetensors', import.meta.url),
);

describe.skipIf(!existsSync(PATH))(
  'scores recorded from LFM2.5-ColBERT-350M (skipped where ../shared is absent)',
  () => {
    it('come out of the recorded vectors', async () => {
      const file = await SafetensorsFile.open(PATH);
      const query = await file.readFloats('query.0.vectors');
      const documents = await Promise.all([0, 1, 2].map((i) => file.readFloats(`document.${i}.vectors`)));
      const rows = new Float32Array(documents.reduce((sum, document) => sum + document.length, 0));
      const offsets = new Uint32Array(documents.length + 1);
      documents.forEach((document, i) => {
        rows.set(document, offsets[i]! * 128);
        offsets[i + 1] = offsets[i]! + document.length / 128;
      });
      const maxSim = await createMaxSim({ dim: 128, threads: 1 });
      const exact = await maxSim.scoreFloat(query, 32, rows, offsets);
      const stored = await maxSim.score(query, 32, quantizeRows(rows, 128), offsets);
      for (const i of documents.keys()) {
        const [recorded] = await file.readFloats(`maxsim.0.${i}`);
        expect(Math.abs(exact[i]! - recorded!)).toBeLessThan(1e-3);
        // int8 rows move a sum of 32 terms in the second digit after the point
        expect(Math.abs(stored[i]! - recorded!)).toBeLessThan(2e-2);
      }
      await maxSim.dispose();
      await file.close();
    });
  },
);
