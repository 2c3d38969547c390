import type { SerializedError } from 'vitest'
import {
  DefaultReporter,
  type TestCase,
  type TestModule,
  type TestRunEndReason,
  type TestSuite,
} from 'vitest/node'

type ModuleState = Pick<TestModule, 'relativeModuleId' | 'errors' | 'children'>

/**
 * Vitest's own report, then the reason of each skipped test, then as the last line
 * `N passed, N failed, N skipped`. A file that fails to load, a broken hook with the tests it keeps from
 * running, and an error outside of any test count as failed.
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
        if (state === 'pending' || keptByHook(test)) counts.failed++
        else counts[state]++
        if (state === 'skipped' && !keptByHook(test) && !filtered) this.log(skipLine(module, test))
      }
    }
    if (reason !== 'passed' && counts.failed === 0) counts.failed = 1
    this.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }
}

/** The file itself and its describe blocks: errors of loading and of their hooks. */
const brokenScopes = (module: ModuleState): number =>
  [module, ...module.children.allSuites()].filter(scope => scope.errors().length > 0).length

/** Whether a test should have run, and did not because a hook around it broke. */
const keptByHook = (test: TestCase): boolean => {
  if (test.result().state !== 'skipped' || test.options.mode !== 'run') return false
  let scope: TestSuite | TestModule = test.parent
  while (scope.type === 'suite' && scope.errors().length === 0) scope = scope.parent
  return scope.errors().length > 0
}

const skipLine = ({ relativeModuleId }: ModuleState, test: TestCase): string => {
  const result = test.result()
  const why = (result.state === 'skipped' && result.note) || 'no reason given'
  return `skipped: ${relativeModuleId} > ${test.fullName}: ${why}`
}
