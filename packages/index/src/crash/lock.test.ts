import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockForWriting, lockPath } from '../sqlite/file/writer-lock.js';
import { spawnSource } from './source-child.js';

/** Of all writers together; GLOT_LOCK_ROUNDS=50000 asks for more. */
const ROUNDS = Number(process.env.GLOT_LOCK_ROUNDS ?? 3000);
const WRITERS = 3;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glot-замок '));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function raced(file: string, ...more: string[]) {
  const children = Array.from({ length: WRITERS }, () =>
    spawnSource('lock-loop.ts', [file, String(Math.ceil(ROUNDS / WRITERS)), ...more], folder),
  );
  const outputs = await Promise.all(
    children.map(async (child) => (await Promise.all([text(child.stdout!), once(child, 'close')]))[0]),
  );
  const said = outputs.map(
    (output) => JSON.parse(output) as { held: number; refused: number; doubles: number; errors: string[] },
  );
  const sum = (key: 'held' | 'refused' | 'doubles') => said.reduce((total, one) => total + one[key], 0);
  const figures = { held: sum('held'), refused: sum('refused'), doubles: sum('doubles') };
  if (process.env.GLOT_LOCK_ROUNDS) console.log(`${file}: ${JSON.stringify(figures)}`);
  return { ...figures, errors: [...new Set(said.flatMap(({ errors }) => errors))] };
}

it(`lets no two of ${WRITERS} writers in, ${ROUNDS} times over`, async () => {
  const figures = await raced(join(folder, 'index.db'));
  expect(figures).toMatchObject({ doubles: 0, errors: [] });
  expect(figures.held).toBeGreaterThan(WRITERS);
}, 900_000);

it('neither lets two in nor keeps one out when the content of the lock file is damaged all the time', async () => {
  const figures = await raced(join(folder, 'damaged.db'), 'damage');
  expect(figures).toMatchObject({ doubles: 0, errors: [] });
  expect(figures.held).toBeGreaterThan(WRITERS);
}, 900_000);

it('takes a lock file of any content, and holds it whatever is written over it', () => {
  const file = join(folder, 'any.db');
  const valid = Buffer.alloc(4096);
  valid.write('SQLite format 3\0');
  for (const content of ['', 'x', '損'.repeat(3000), valid, Buffer.concat([valid.subarray(0, 100), Buffer.alloc(5)])]) {
    writeFileSync(lockPath(file), content);
    const lock = lockForWriting(file);
    expect(() => lockForWriting(file)).toThrowError(expect.objectContaining({ code: 'index.busy' }));
    expect(() => lockForWriting(file)).toThrowError(String(process.pid));
    lock.release();
    lock.release();
    lockForWriting(file).release();
  }
});

it('says so where something other than a file stands in its place', () => {
  const file = join(folder, 'folder.db');
  mkdirSync(lockPath(file));
  expect(() => lockForWriting(file)).toThrowError(expect.objectContaining({ code: 'SQLITE_CANTOPEN' }));
});
