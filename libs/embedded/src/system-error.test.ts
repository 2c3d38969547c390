import { readFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'
import { expect, it } from 'vitest'
import { exploreErrorOf } from './system-error.ts'

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

it('leaves a known error as it is', () => {
  const error = new ExploreError('LIMIT_INVALID', 'too much')
  expect(exploreErrorOf(error)).toBe(error)
})

it('knows what the system refuses', () => {
  const cause = thrownBy(() => readFileSync(`${import.meta.filename}/x`))
  expect(exploreErrorOf(cause)).toMatchObject({
    code: 'STATE_BROKEN',
    message: expect.stringContaining('ENOTDIR'),
    cause,
  })
  expect(exploreErrorOf(Object.assign(new Error('full'), { code: 'ENOSPC' }))).toMatchObject({
    code: 'DISK_FULL',
    status: 507,
  })
})

it.each([new TypeError('x is undefined'), 'a text', undefined, null, { code: 'constructor' }])(
  'makes %o an internal error',
  thrown => {
    expect(exploreErrorOf(thrown)).toMatchObject({ code: 'INTERNAL', cause: thrown })
  },
)
