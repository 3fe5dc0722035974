import type { DocumentChange, Documents } from './documents.js';
import type { EncoderIdentity } from './encoder-identity.js';
import type { FileLedger, LedgerChange } from './ledger.js';
import type { PassageSearch } from './search.js';
import type { Upkeep } from './upkeep.js';

export type IndexChange = DocumentChange | LedgerChange;

/**
 * A token-level multivector index. It takes vectors, never text to encode. One document is one unit of change: whatever
 * happens, either all of its passages are there or none. Methods reject, they never throw.
 */
export interface MultivectorIndex extends Documents, PassageSearch, Upkeep {
  /** Which encoder its vectors come from, and how they are pooled. */
  readonly encoder: EncoderIdentity;
  /**
   * Checks that queries and documents of this encoder belong here: what a reader calls once it has loaded its encoder.
   * @throws GlotError `index.foreign-encoder`
   */
  requireEncoder(encoder: EncoderIdentity): void;
  readonly ledger: FileLedger;
  /**
   * Makes many changes, in order: all of them or, where it fails, none. Where documents and ledger cannot be changed as
   * one, documents go first, so that a file is at worst read again.
   */
  write(changes: readonly IndexChange[]): Promise<void>;
  /** Frees native memory and the file. Safe to call twice. */
  close(): Promise<void>;
}
