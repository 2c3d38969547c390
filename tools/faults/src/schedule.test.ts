import { expect, it } from 'vitest'
import { type Kind, KINDS, scheduleOf } from './schedule.ts'

const kinds = Object.keys(KINDS) as Kind[]

it('is the same for the same seed, and another for another', () => {
  const shape = { ms: 60_000, kinds }
  expect(scheduleOf('a', shape)).toEqual(scheduleOf('a', shape))
  expect(scheduleOf('a', shape)).not.toEqual(scheduleOf('b', shape))
})

it('has every kind of fault, within the round, in the order of time', () => {
  const faults = scheduleOf('all', { ms: 600_000, kinds })
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(kinds))
  expect(faults.map(({ at }) => at)).toEqual(faults.map(({ at }) => at).toSorted((a, b) => a - b))
  expect(faults.at(-1)!.at).toBeLessThan(600_000)
  for (const { kind, lasts } of faults) expect(lasts).toBeLessThanOrEqual(KINDS[kind].most)
})

it('keeps to the kinds that it may use', () => {
  const faults = scheduleOf('some', { ms: 20_000, kinds: ['poison', 'sent twice'] })
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['poison', 'sent twice']))
})
