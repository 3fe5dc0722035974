import type { MultivectorIndex } from '../types.js';
import { documentsCases } from './documents.cases.js';
import { ledgerCases } from './ledger.cases.js';
import { searchCases } from './search.cases.js';
import { upkeepCases } from './upkeep.cases.js';
import { wordsCases } from './words.cases.js';

/** What every index does, whatever it is made of: the contract, part by part. */
export function indexCases(name: string, open: () => Promise<MultivectorIndex>): void {
  for (const cases of [documentsCases, searchCases, wordsCases, ledgerCases, upkeepCases]) cases(name, open);
}
