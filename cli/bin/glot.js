#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('glot: not built yet. Run `npm run setup` in the checkout, then try again.\n');
  process.exit(2);
}
await import(main.href);
