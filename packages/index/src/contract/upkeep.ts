/**
 * Keeping an index quick and whole.
 * @module
 */
import type { EncoderIdentity } from './encoder-identity.js';

export interface IndexStats {
  readonly documents: number;
  readonly passages: number;
  readonly tokens: number;
  readonly skipped: number;
  readonly fileBytes: number;
  readonly encoder: EncoderIdentity | null;
  /** Documents by language; `und` where it is not known. */
  readonly languages: Readonly<Record<string, number>>;
  readonly formats: Readonly<Record<string, number>>;
  readonly formatVersion: number;
  /** Documents that an older glot stored without checksums: `check` cannot tell whether their text is as it was. `optimize` and `repair` add them. */
  readonly unchecked: number;
  /** The partitions that large indexes are searched through; null while every search is exhaustive. */
  readonly partitions: {
    readonly version: number;
    readonly count: number;
    /** Partitions probed per query row, and passages scored by their centroids: tuned when the version was made. */
    readonly nprobe: number;
    readonly depth: number;
  } | null;
}

export interface OptimizeOptions {
  /** Trains the partitions anew, whether the rules ask for it or not, and however small the index. */
  readonly retrain?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: OptimizeProgress) => void) | undefined;
}

export interface OptimizeProgress {
  readonly phase: 'train' | 'assign' | 'tune' | 'recode';
  readonly done: number;
  readonly total: number;
}

export interface OptimizeReport {
  /** `trained`: a new version of the partitions; `folded`: the lists were written anew; `none`: nothing was due. */
  readonly partitions: 'trained' | 'folded' | 'none';
  /** Passages whose vectors were stored anew in fewer bits. */
  readonly recoded: number;
}

/** What a check of the whole index found. */
export interface IndexProblem {
  /** `database`: the storage itself; the others name what is damaged. */
  readonly kind: 'database' | 'document' | 'passage' | 'vectors' | 'words' | 'partitions' | 'setting';
  /** Where, for people. */
  readonly place: string;
  /** Document to read again, where one is hit. */
  readonly path: string | null;
  /** Whether `repair` mends it from what else is stored; a document that is not must be indexed again. */
  readonly repairable: boolean;
}

export interface RepairReport {
  /** What was found before. */
  readonly problems: readonly IndexProblem[];
  /** Documents taken out because their own parts are damaged: index them again. */
  readonly removed: readonly string[];
  /** Whether the lists of the partitions were dropped: `optimize` makes them again. */
  readonly partitionsDropped: boolean;
  /** Whether nothing is wrong now. */
  readonly whole: boolean;
}

export interface Upkeep {
  stats(): Promise<IndexStats>;
  /**
   * Maintenance whose cost is bounded by the index: trains partitions once exhaustive search becomes slow and again when the
   * index has doubled, writes lists anew when many changes stand beside them. Searching goes on meanwhile; an abort or
   * a crash leaves what was.
   * @throws GlotError `index.read-only`, `index.disk-full`, `index.corrupt`, `AbortError`
   */
  optimize(options?: OptimizeOptions): Promise<OptimizeReport>;
  /** Looks at every stored byte. Empty when all is well. */
  check(signal?: AbortSignal): Promise<IndexProblem[]>;
  /** Mends what `check` finds, as far as it can be mended from what is stored. */
  repair(signal?: AbortSignal): Promise<RepairReport>;
}
