import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './tools/summary-reporter.ts'

export default defineConfig({
  test: {
    include: ['{libs,apps,tools}/**/*.test.ts'],
    // Native modules don't survive being loaded by several threads of one process.
    pool: 'forks',
    maxWorkers: Math.min(4, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: [new SummaryReporter()],
  },
})
