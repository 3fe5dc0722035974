/** Codes of the command line's own errors. */
declare module '@glot/errors' {
  interface GlotErrorDetails {
    'cli.empty-query': Readonly<Record<never, never>>;
    'cli.generator-model': Readonly<Record<never, never>>;
    'cli.malformed-answer': { readonly file: string };
    'cli.no-paths': Readonly<Record<never, never>>;
    'cli.not-indexed': { readonly path: string };
    'cli.unknown-mode': Readonly<Record<never, never>>;
    'cli.unreadable-answer': { readonly file: string };
  }
}

export {};
