import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: '.',
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/own-tmp.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Those that wait for a hang to be met leave the cores to the others.
    maxWorkers: 3,
    coverage: {
      include: ['parsers/**'],
      reporter: ['text-summary'],
      thresholds: { branches: 95 },
    },
  },
});
