import { expect, it } from 'vitest'
import { longFiles, shortFiles, shortMains, tested, testsBeside } from './file-rules.ts'
import type { Rule } from './import-rules.ts'
import { type Files, workspaceOf } from './workspace-fixture.ts'

const lines = (count: number): string => 'run()\n'.repeat(count)

const REFUSED: readonly (readonly [Rule, Files, string])[] = [
  [shortMains, { 'apps/cli/src/main.ts': lines(41) }, '41 lines of code, more than 40'],
  [shortMains, { 'bin/run.mjs': lines(41) }, '41 lines of code, more than 40'],
  [shortFiles, { 'libs/pipeline/src/a.ts': lines(301) }, '301 lines of code, more than 300'],
  [longFiles, { 'libs/pipeline/src/a.ts': lines(201) }, '201 lines of code, more than 200'],
  [testsBeside, { 'libs/pipeline/test/a.test.ts': '' }, 'in no folder of their own'],
  [
    tested,
    {
      'libs/pipeline/src/a.ts': '',
      'libs/explore/src/a.test.ts': `import '@explore/pipeline'`,
      'libs/pipeline/src/index.ts': `export * from './a.ts'`,
    },
    'libs/pipeline/src/a.ts: no test of @explore/pipeline comes by',
  ],
]

it.each(REFUSED)('%o refuses %o', (rule, files, offence) => {
  expect(rule(workspaceOf(files))).toEqual([expect.stringContaining(offence)])
})

it.each([shortMains, shortFiles, testsBeside, tested])(
  '%o has nothing against what is allowed',
  rule => {
    const files = {
      'libs/pipeline/src/main.ts': `${lines(36)}await import('./b.ts')\n`,
      'libs/pipeline/src/b.ts': `${lines(296)}\n// why\nnew URL('./c.ts', import.meta.url)\n`,
      'libs/pipeline/src/c.ts': '',
      'libs/pipeline/src/b.test.ts': `import './main.ts'\n`,
    }
    expect(rule(workspaceOf(files))).toEqual([])
  },
)
