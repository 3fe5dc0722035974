/**
 * What is searched, by what, and how.
 * @module
 */
import type { Encoder } from '@glot/encoder';
import type { PassageSearch, SearchFilter, SearchMode } from '@glot/index';

/** An encoder, or a way to get one where it is loaded only when needed. */
export type EncoderSource = Encoder | (() => Promise<Encoder>);

/** What is searched, and by what. */
export interface RetrieveSources {
  readonly index: Pick<PassageSearch, 'search'>;
  /** Not called and not run in lexical mode. */
  readonly encoder: EncoderSource;
}

export interface RetrieveOptions {
  /** Default `hybrid`. */
  readonly mode?: SearchMode | undefined;
  /** At most this many hits; default 10. */
  readonly limit?: number | undefined;
  readonly filter?: SearchFilter | undefined;
  readonly signal?: AbortSignal | undefined;
}
