import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { indexCases } from '../cases/index.cases.js';
import { ENCODER } from '../fixtures.js';
import { createMemoryIndex } from '../memory/memory-index.js';
import { MemoryLedger } from '../memory/memory-ledger.js';
import { remoteIndex } from './remote-index.js';

// Another engine is one folder: it passes all cases, made of nothing but the contract.
indexCases('an engine elsewhere', async () => remoteIndex(createMemoryIndex({ encoder: ENCODER }), new MemoryLedger()));

it('needs of this package the contract alone', () => {
  const source = readFileSync(new URL('./remote-index.ts', import.meta.url), 'utf8');
  const imported = Array.from(source.matchAll(/from '([^']+)'/gu), ([, module]) => module!);
  expect(imported.filter((module) => !module.startsWith('node:'))).toEqual(['../types.js']);
});
