import { indexCases } from '../cases/index.cases.js';
import { ENCODER } from '../fixtures.js';
import { createMemoryIndex } from '../memory/memory-index.js';
import { MemoryLedger } from '../memory/memory-ledger.js';
import { remoteIndex } from './remote-index.js';

// Shows that another engine is one folder: nothing but the contract is needed.
indexCases('an engine elsewhere', async () => remoteIndex(createMemoryIndex({ encoder: ENCODER }), new MemoryLedger()));
