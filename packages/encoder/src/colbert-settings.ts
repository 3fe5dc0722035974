/** How a late-interaction checkpoint wants its texts laid out, by its own files. Lengths are in tokens. */
export interface ColbertSettings {
  /** Trailing blank included; empty for none. One added token each, unless `prefixInText`. */
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Whether prefixes are written in front of the text, rather than put in as a token after the first one. */
  readonly prefixInText: boolean;
  /** Whether blanks at the ends of a text are kept. */
  readonly keepsBlanks: boolean;
  /** Greatest lengths, markers included. */
  readonly queryLength: number;
  readonly documentLength: number;
  /** Whether queries are filled up, and the filling scored. */
  readonly queryExpansion: boolean;
  /** Length that queries are filled up to; null: `queryLength`. */
  readonly expansionLength: number | null;
  /** Token that fills queries; null: the tokenizer's mask token, else its EOS token. */
  readonly expansionToken: string | null;
  /** Whether other tokens see the filling. */
  readonly attendToExpansion: boolean;
  /**
   * Whether filling that other tokens do not see enters convolutions as zeros. Only its own vectors depend on it.
   * transformers 5.24 has it so, 4.56 did not; PyLate 1.6 has it so for texts in batches and not for one alone.
   */
  readonly maskedConvolution: boolean;
  /** Tokens whose vectors documents leave out. */
  readonly skiplist: readonly string[];
  readonly lowerCase: boolean;
  readonly projection: Projection;
}

/** The matrix from hidden states to token vectors. */
export interface Projection {
  /** The part of the model with the tensors linear.weight [outputs, inputs], and linear.bias [outputs] where `bias` is set. */
  readonly module: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

/** What a checkpoint says of its texts, and not of its weights. */
export type TextSettings = Omit<ColbertSettings, 'projection'>;

/** What PyLate does and writes into no file, as by the transformers that LFM2-ColBERT was saved with (4.56). */
export const PYLATE_CONVENTIONS = {
  prefixInText: false,
  keepsBlanks: false,
  expansionLength: null,
  expansionToken: null,
  maskedConvolution: false,
} as const satisfies Partial<TextSettings>;
