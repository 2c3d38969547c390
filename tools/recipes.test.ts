import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS, GROUPS, SETTINGS, SOURCES } from '@explore/explore'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

describe('a source is one file, one test, one word, one setting per group', () => {
  it.each(SOURCES)('%s', name => {
    const file = `libs/explore/src/sources/${name}`
    expect([`${file}.ts`, `${file}.test.ts`].filter(path => !existsSync(join(ROOT, path)))).toEqual(
      [],
    )
    const weights = GROUPS.map(group => `sources.${name}.weight.${group}`)
    expect(weights.filter(key => !Object.hasOwn(SETTINGS, key))).toEqual([])
  })
})

it.each([
  ['docs/settings.md', Object.keys(SETTINGS)],
  ['docs/errors.md', Object.keys(ERRORS)],
])('%s knows them all', (file, names) => {
  const page = readFileSync(join(ROOT, file), 'utf8')
  expect(names.filter(name => !page.includes(`\`${name}\``))).toEqual([])
})
