// Starts the worker straight from TypeScript, for tests. Not part of the build.
import './source-hooks.mjs';

await import('./parse-worker.ts');
