import { ExploreError } from '@explore/explore'
import { expect, it } from 'vitest'
import { problems } from './problems.ts'

it('reports a problem when it comes, and again when it comes back', () => {
  const reported: string[] = []
  const found = problems(({ message }) => reported.push(message))
  const tell = found.of('bundle')
  const broken = () => new ExploreError('BUNDLE_BROKEN', 'broken')
  tell(undefined)
  tell(broken())
  tell(broken())
  found.of('settings')(new ExploreError('SETTINGS_FILE', 'no JSON'))
  expect(found.messages()).toEqual(['broken', 'no JSON'])
  tell(undefined)
  expect([found.has('bundle'), found.has('settings')]).toEqual([false, true])
  tell(broken())
  expect(reported).toEqual(['broken', 'no JSON', 'broken'])
})
