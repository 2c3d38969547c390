import { describe, expect, it } from 'vitest'
import { longFiles, shortFiles, shortMains, tested, testsBeside } from './structure/file-rules.ts'
import {
  declaredVendors,
  lazyVendors,
  noDeepImports,
  noTestsInProduct,
  oneDirection,
  oneRoom,
} from './structure/import-rules.ts'
import { readWorkspace } from './structure/workspace.ts'

const RULES = {
  oneRoom,
  oneDirection,
  noDeepImports,
  noTestsInProduct,
  declaredVendors,
  lazyVendors,
  shortMains,
  shortFiles,
  testsBeside,
  tested,
}

describe('architecture, read from the sources', () => {
  const workspace = readWorkspace()

  it.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(rule(workspace)).toEqual([])
  })

  it('knows its long files', ({ annotate }) =>
    Promise.all(longFiles(workspace).map(offence => annotate(offence, 'warning'))))
})
