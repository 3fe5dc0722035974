// Starts the worker straight from TypeScript, for tests. Not part of the build.
import { register } from 'node:module';

register('./source-hooks.mjs', import.meta.url);
await import('./parse-worker.ts');
