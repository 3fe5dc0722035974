import { defineConfig } from 'vitest/config';

// Packages resolve to their sources (condition `glot-source`), so that tests need no build of their own package.
const conditions = ['glot-source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'cli/src/**/*.test.ts', 'eval/src/**/*.test.ts', 'bench/src/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
