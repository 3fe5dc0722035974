/** Codes of the evaluation's errors. */
declare module '@glot/errors' {
  interface GlotErrorDetails {
    'eval.duplicate-id': { readonly file: string; readonly line: number; readonly id: string };
    'eval.malformed-line': { readonly file: string; readonly line: number };
    'eval.missing-file': { readonly file: string; readonly splits?: readonly string[] };
    'eval.unknown-measure': { readonly name: string };
    'eval.unknown-query': { readonly file: string; readonly query: string };
    'eval.unreadable': { readonly file: string; readonly line: number };
    'eval.unwritable-id': { readonly id: string };
  }
}

export {};
