import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nearestIndex } from './nearest-index.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'glot-nearest-')));
afterAll(() => rmSync(folder, { recursive: true }));

function indexIn(...names: string[]): void {
  mkdirSync(join(folder, ...names, '.glot'), { recursive: true });
  writeFileSync(join(folder, ...names, '.glot', 'index.db'), '');
}

it('takes the index of the folder, or of the nearest folder above', () => {
  mkdirSync(join(folder, 'αρχείο', 'docs', 'sub'), { recursive: true });
  expect(nearestIndex(join(folder, 'αρχείο', 'docs'))).toBe('./.glot/index.db');
  indexIn('αρχείο');
  expect(nearestIndex(join(folder, 'αρχείο'))).toBe('./.glot/index.db');
  expect(nearestIndex(join(folder, 'αρχείο', 'docs', 'sub'))).toBe('../../.glot/index.db');
  indexIn('αρχείο', 'docs');
  expect(nearestIndex(join(folder, 'αρχείο', 'docs', 'sub'))).toBe('../.glot/index.db');
});

it('takes a folder of that name for none where no index lies in it', () => {
  mkdirSync(join(folder, 'empty', '.glot'), { recursive: true });
  mkdirSync(join(folder, 'empty', 'docs'));
  expect(nearestIndex(join(folder, 'empty', 'docs'))).toBe('./.glot/index.db');
});
