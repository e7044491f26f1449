import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // zeromq aborts a worker thread that ends with a pending receive: processes, never threads.
    pool: 'forks',
    // Longer than all waits of a test together on a machine with other work: what hangs ends at its own wait before.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
