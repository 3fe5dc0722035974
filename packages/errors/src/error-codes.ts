/**
 * Every code that a package of glot gives an error, with the facts that its `details` hold. A package above these adds its
 * own by declaration merging.
 * @module
 */

type None = Readonly<Record<never, never>>;

interface OfFile {
  readonly file: string;
}
interface OfPath {
  readonly path: string;
}

/** What the index keeps of the encoder that made its vectors. */
interface Encoder {
  readonly name: string;
  readonly fingerprint: string;
  readonly dim: number;
  readonly poolFactor?: number | undefined;
  readonly precision?: string | undefined;
}

/** Which answer of the hub it was about. */
interface OfHubAnswer {
  readonly status?: number | undefined;
  readonly url?: string | undefined;
}

export interface GlotErrorDetails {
  'encoder.disposed': None;
  'encoder.no-projection': OfPath & {
    /** Whether it is a model that writes text, rather than one that makes a single vector of a text. */
    readonly writesText: boolean;
  };
  'encoder.not-finite': None;
  'encoder.not-found': OfPath;
  'encoder.pool-factor': None;
  'encoder.precision': None;
  'encoder.settings': Partial<OfPath>;
  'encoder.tokenizer': None;
  'encoder.worker': None;

  'glot.filter': { readonly language?: string; readonly format?: string };
  'glot.generator-model': None;
  'glot.no-roots': None;
  'glot.not-indexed': OfPath;
  'glot.text': { readonly id?: string };
  'glot.watch': None;

  'hub.bad-answer': None;
  'hub.busy': OfPath;
  'hub.checksum': OfPath & { readonly repo: string; readonly expected: string; readonly sha256: string };
  /** Several files may be meant: of a repository, of a pulled model or of a folder. */
  'hub.choose-file': {
    readonly files: readonly string[];
    readonly name?: string;
    readonly repo?: string;
    readonly folder?: string;
  };
  'hub.disk': None;
  'hub.endpoint': { readonly endpoint: string };
  'hub.manifest': OfPath;
  'hub.name': { readonly name: string };
  'hub.network': OfHubAnswer & {
    readonly repo?: string;
    readonly path?: string;
    /** How long the hub asked to wait. */
    readonly retryAfterSeconds?: number;
  };
  'hub.no-model': { readonly repo: string };
  /** Bytes that are missing and bytes that are free. */
  'hub.no-space': { readonly missing: number; readonly free: number };
  'hub.not-found': OfHubAnswer;
  'hub.not-pulled': { readonly name: string };
  'hub.offline': { readonly name: string };
  'hub.range': OfHubAnswer;
  'hub.unauthorized': OfHubAnswer;
  'hub.unsafe-path': OfPath;

  'index.busy': OfFile & { readonly pid?: number | null; readonly sqlite?: string };
  'index.cannot-open': Partial<OfFile> & { readonly target?: string; readonly sqlite?: string };
  'index.closed': None;
  'index.corrupt': OfFile & {
    /** What is damaged, in words. */
    readonly place?: string;
    readonly passageId?: number;
    readonly sqlite?: string;
    /** Whether it can be made again from what is whole. */
    readonly isRepairable?: boolean;
  };
  'index.dimension': { readonly dim?: number; readonly expected?: number };
  'index.disk-full': OfFile & { readonly target?: string; readonly sqlite?: string };
  'index.exists': OfFile & { readonly target: string };
  'index.export': { readonly folder: string; readonly code?: string | undefined };
  'index.file-limit': OfFile & { readonly sqlite?: string };
  'index.foreign-encoder': OfFile & {
    readonly stored: Encoder;
    readonly given: Encoder;
    readonly differs: 'encoder' | 'pooling';
  };
  'index.import': Partial<OfFile>;
  'index.memory': OfFile & { readonly sqlite?: string };
  'index.native': None;
  'index.not-finite': { readonly row: number; readonly column: number };
  'index.not-found': OfFile;
  'index.profile': OfFile & { readonly stored: string; readonly asked: string };
  'index.query': None;
  'index.read-only': Partial<OfFile> & {
    readonly target?: string;
    readonly sqlite?: string;
    /** Whether writing is what was asked for; a file that was not closed has to be written once to be read. */
    readonly isForWriting?: boolean;
  };
  'index.replaced': OfFile;
  'index.storage': OfFile & { readonly sqlite?: string };
  'index.vector-count': {
    readonly texts: number;
    readonly offsets?: number;
    readonly numbers?: number;
    readonly dim?: number;
    readonly prepared?: number;
  };
  'index.version': OfFile & { readonly version: number; readonly supported: number };

  'ingest.installation': None;
  'ingest.not-found': OfPath;
  'ingest.unreadable': OfPath;

  'kernels.disposed': None;
  'kernels.duplicate-name': None;
  'kernels.graph': None;
  'kernels.not-finite': { readonly row?: number; readonly column?: number };
  'kernels.out-of-memory': None;
  'kernels.run': None;
  'kernels.runtime': None;
  'kernels.shape': {
    readonly name?: string;
    readonly shape?: readonly number[];
    readonly elements?: number;
    readonly offsets?: number;
    readonly rows?: number;
  };
  'kernels.telemetry': None;
  'kernels.threads': None;

  'lfm2.batch': None;
  'lfm2.chat-template': Partial<OfPath>;
  'lfm2.config': OfPath;
  'lfm2.context': { readonly tokens: number; readonly contextTokens: number };
  'lfm2.conversion': { readonly folder: string };
  'lfm2.dtype': Partial<OfPath> & { readonly name: string; readonly type?: string; readonly dtype?: string };
  'lfm2.gguf': OfPath;
  'lfm2.json': OfPath;
  'lfm2.no-token': None;
  'lfm2.not-found': OfPath;
  'lfm2.safetensors': OfPath;
  'lfm2.sampling': None;
  'lfm2.tensor': Partial<OfPath> & {
    readonly folder?: string;
    readonly name?: string;
    readonly found?: readonly number[];
    readonly expected?: readonly number[];
  };
  'lfm2.tokenizer': Partial<OfPath>;
  'lfm2.unsupported': Partial<OfPath> & { readonly version?: number; readonly modelType?: unknown };

  'rag.answer-shape': { readonly place: string };
  'rag.empty-question': None;
  'rag.generator-cut': { readonly url: string };
  'rag.generator-protocol': { readonly url: string };
  'rag.generator-status': { readonly url: string };
  'rag.generator-timeout': { readonly url?: string };
  'rag.generator-unreachable': { readonly url: string };
  'rag.generator-url': None;
  'rag.tokenizer': None;
}

export type GlotErrorCode = keyof GlotErrorDetails;
