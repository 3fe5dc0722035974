import { ENCODER } from '../fixtures.js';
import { indexCases } from '../index.cases.js';
import { createMemoryIndex } from './memory-index.js';

indexCases('memory', async () => createMemoryIndex({ encoder: ENCODER }));
