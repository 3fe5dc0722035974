import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Damage, damages, makeIndex } from './damage.js';

/** GLOT_DAMAGES=2000 asks for more, and for a table. */
const DAMAGES = Number(process.env.GLOT_DAMAGES ?? 80);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-повреждение '));
});
afterEach(() => rmSync(folder, { recursive: true }));

for (const profile of ['standard', 'compact'] as const) {
  it(`names each of ${DAMAGES / 2} damaged bytes that change what a reader sees (${profile})`, async () => {
    const file = join(folder, 'index.db');
    await makeIndex(file, profile);
    const silent: Damage[] = [];
    const table = new Map<string, number>();
    for await (const damage of damages(file, DAMAGES / 2, 2026)) {
      const row = `${damage.effect} | ${damage.named.join(' ') || '-'}`;
      table.set(row, (table.get(row) ?? 0) + 1);
      if (damage.effect === 'untyped error' || (damage.effect !== 'none' && damage.named.length === 0))
        silent.push(damage);
    }
    if (process.env.GLOT_DAMAGES) {
      const rows = [...table].sort(([, a], [, b]) => b - a).map(([row, count]) => `| ${row} | ${count} |`);
      console.log(`${profile}\n| effect | named | bytes |\n|---|---|---|\n${rows.join('\n')}`);
    }
    expect(silent).toEqual([]);
  }, 1_800_000);
}
