import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Whole systems, several processes each, that are held to promised times: one after the other, nothing beside them. */
const SYSTEMS = ['test/{bench,chaos,e2e,security}/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/support/build.ts'],
    // zeromq aborts a worker thread that ends with a pending receive: processes, never threads.
    pool: 'forks',
    // Longer than all waits of a test together on a machine with other work: what hangs ends at its own wait before.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: SYSTEMS,
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'systems', include: SYSTEMS, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
