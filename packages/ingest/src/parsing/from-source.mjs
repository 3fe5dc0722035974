// Starts the parser or its watchdog straight from TypeScript, for tests. Not part of the build.
import { isMainThread } from 'node:worker_threads';
import './source-hooks.mjs';

await import(isMainThread ? './parse-process.ts' : './watchdog-worker.ts');
