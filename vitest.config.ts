import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // zeromq aborts a worker thread that ends with a pending receive: processes, never threads.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
