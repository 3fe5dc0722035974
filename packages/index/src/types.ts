export type * from './contract/documents.js';
export type * from './contract/encoder-identity.js';
export type * from './contract/ledger.js';
export type * from './contract/multivector-index.js';
export type * from './contract/search.js';
export type * from './contract/upkeep.js';
