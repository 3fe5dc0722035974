import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CORPUS, document, ENCODER, encode, stamp } from '../../fixtures.js';
import { openIndex } from '../../open-index.js';
import { FORMAT_VERSION } from './schema.js';

const SAMPLES = fileURLToPath(new URL('../../../../../fixtures/indexes', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-format-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

for (const format of [1, 2]) {
  const sample = () => {
    const file = join(folder, 'index.db');
    copyFileSync(join(SAMPLES, `format-${format}.db`), file);
    return file;
  };

  it(`reads an index of format ${format} as it is`, async () => {
    const index = await openIndex({ file: sample(), mode: 'read', encoder: ENCODER, exhaustivePassages: 0 });
    expect(await index.stats()).toMatchObject({ documents: 8, passages: 16, skipped: 1, formatVersion: format });
    for (const [path, [text]] of Object.entries(CORPUS).slice(0, 8)) {
      for (const mode of ['semantic', 'lexical', 'hybrid'] as const) {
        const [hit] = await index.search({ mode, text: text!, vectors: encode(text!) });
        expect([mode, hit?.path]).toEqual([mode, path]);
      }
    }
    expect(await index.check()).toEqual([]);
    await index.close();
  });

  it(`brings an index of format ${format} up to date when it is written to`, async () => {
    const file = sample();
    const index = await openIndex({ file, mode: 'write', encoder: ENCODER, exhaustivePassages: 0, threads: 1 });
    await index.upsert(document('neu 新', ['ein Satz']), encode('ein Satz'));
    expect(await index.optimize({ retrain: true })).toMatchObject({ partitions: 'trained' });
    await index.close();
    const again = await openIndex({ file, mode: 'read', exhaustivePassages: 0 });
    expect(await again.stats()).toMatchObject({ documents: 9, passages: 17, formatVersion: FORMAT_VERSION });
    expect((await again.ledger.files())[0]).toMatchObject({ changedMs: 0, indexed: true });
    expect((await again.stats()).partitions?.count).toBeGreaterThan(0);
    expect((await again.search({ mode: 'semantic', vectors: encode('ein Satz') }))[0]?.path).toBe('neu 新');
    expect(await again.check()).toEqual([]);
    await again.close();
  });

  it(`says what of an index of format ${format} it cannot check, until maintenance gives it checksums`, async () => {
    const file = sample();
    const reader = await openIndex({ file, mode: 'read' });
    expect((await reader.stats()).unchecked).toBe(8);
    await reader.close();
    for (const action of ['repair', 'optimize'] as const) {
      copyFileSync(join(SAMPLES, `format-${format}.db`), file);
      const index = await openIndex({ file, mode: 'write', encoder: ENCODER, threads: 1 });
      await index.upsert(document('neu 新', ['ein Satz']), encode('ein Satz'));
      await index.ledger.write([stamp('neu 新', 5, 6)]);
      await index.ledger.write([stamp('en/bread.md', 5, 6)]);
      expect([(await index.stats()).unchecked, await index.check()]).toEqual([8, []]);
      await index[action]();
      expect([(await index.stats()).unchecked, await index.check()]).toEqual([0, []]);
      await index.close();
      const db = new Database(file);
      db.exec("UPDATE document_text SET text = replace(text, 'dough', 'douhg')");
      db.close();
      const again = await openIndex({ file, mode: 'read' });
      expect(await again.check()).toMatchObject([{ kind: 'document', path: 'en/bread.md' }]);
      await again.close();
    }
  });
}
