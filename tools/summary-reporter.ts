import type { SerializedError } from 'vitest'
import { DefaultReporter, type TestCase, type TestModule, type TestRunEndReason } from 'vitest/node'

type ModuleState = Pick<TestModule, 'relativeModuleId' | 'errors' | 'children'>

/**
 * Vitest's own report, then the reason of each skipped test, then as the last line
 * `N passed, N failed, N skipped`. A file that fails to load, a broken hook and an error outside of
 * any test count as failed.
 */
export class SummaryReporter extends DefaultReporter {
  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandledErrors, reason)
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    // With -t most tests are skipped because nobody asked for them.
    const filtered = this.ctx.config.testNamePattern !== undefined
    for (const module of modules) {
      counts.failed += brokenScopes(module)
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        const ran = state === 'passed' || state === 'failed'
        const kept = !ran && test.options.mode === 'run'
        counts[kept || state === 'pending' ? 'failed' : state]++
        if (state === 'skipped' && !kept && !filtered) this.log(skipLine(module, test))
      }
    }
    if (reason !== 'passed' && counts.failed === 0) counts.failed = 1
    this.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }
}

/** The file itself and its describe blocks: errors of loading and of their hooks. */
const brokenScopes = (module: ModuleState): number =>
  [module, ...module.children.allSuites()].filter(scope => scope.errors().length > 0).length

const skipLine = ({ relativeModuleId }: ModuleState, test: TestCase): string => {
  const result = test.result()
  const why = (result.state === 'skipped' && result.note) || 'no reason given'
  return `skipped: ${relativeModuleId} > ${test.fullName}: ${why}`
}
