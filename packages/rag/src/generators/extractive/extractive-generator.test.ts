import { generatorCases } from '../generator.cases.js';
import { extractiveGenerator } from './extractive-generator.js';

generatorCases('the extractive generator', async () => extractiveGenerator);
