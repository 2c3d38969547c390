import { ExploreError } from '@explore/explore'
import { expect, it } from 'vitest'
import { packError, unpackError } from './thread-error.ts'

it('carries a known error over a thread whole', () => {
  const error = new ExploreError('LIMIT_INVALID', 'too much', { field: 'limit', hint: 'less' })
  const crossed = unpackError(structuredClone(packError(error)))
  expect(crossed).toBeInstanceOf(ExploreError)
  expect(crossed).toMatchObject({
    code: 'LIMIT_INVALID',
    message: 'too much',
    field: 'limit',
    hint: 'less',
    status: 400,
  })
})

it('makes anything else an internal error that keeps its stack', () => {
  const crossed = unpackError(structuredClone(packError(new TypeError('x is undefined'))))
  expect(crossed.code).toBe('INTERNAL')
  expect(crossed.message).toContain('x is undefined')
  expect(crossed.message).toContain('thread-error.test')
})
