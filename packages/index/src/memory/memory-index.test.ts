import { indexCases } from '../cases/index.cases.js';
import { ENCODER } from '../fixtures.js';
import { createMemoryIndex } from './memory-index.js';

indexCases('memory', async () => createMemoryIndex({ encoder: ENCODER }));
