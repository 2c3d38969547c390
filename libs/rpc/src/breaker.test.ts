import { ExploreError } from '@explore/explore'
import { expect, it } from 'vitest'
import { breaker } from './breaker.ts'

const no = (code: 'SERVICE_UNREACHABLE' | 'BUNDLE_OTHER') => () =>
  Promise.reject(new ExploreError(code, code))
const yes = () => Promise.resolve('yes')

it('fails at once after five calls without an answer, and tries again after a second', async () => {
  let now = 0
  const guarded = breaker('first-stage', () => now)
  for (let i = 0; i < 5; i++) {
    await expect(guarded(no('SERVICE_UNREACHABLE'))).rejects.toThrow('SERVICE_UNREACHABLE')
  }
  await expect(guarded(yes)).rejects.toThrow('gave no answer lately')
  now = 1000
  // One call tries; the others do not wait for it.
  const trial = Promise.withResolvers<string>()
  const trying = guarded(() => trial.promise)
  await expect(guarded(yes)).rejects.toThrow('gave no answer lately')
  trial.reject(new DOMException('late', 'TimeoutError'))
  await expect(trying).rejects.toThrow('late')
  await expect(guarded(yes)).rejects.toThrow('gave no answer lately')
  now = 2000
  await expect(guarded(yes)).resolves.toBe('yes')
  await expect(guarded(yes)).resolves.toBe('yes')
})

it('takes an error that the service answers for an answer', async () => {
  const guarded = breaker('first-stage', () => 0)
  for (let i = 0; i < 20; i++) {
    await expect(
      guarded(no(i % 5 === 4 ? 'BUNDLE_OTHER' : 'SERVICE_UNREACHABLE')),
    ).rejects.toThrow()
  }
  await expect(guarded(yes)).resolves.toBe('yes')
})
