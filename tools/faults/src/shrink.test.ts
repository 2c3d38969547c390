import { randomOf } from '@explore/explore'
import { expect, it } from 'vitest'
import { shrink } from './shrink.ts'

it('finds the few that fail together', async () => {
  const random = randomOf('shrink')
  for (let round = 0; round < 30; round++) {
    const all = Array.from({ length: 1 + Math.floor(random() * 40) }, (_, i) => i)
    const culprits = all.filter(() => random() < 0.08).concat(0)
    const fails = async (some: readonly number[]) => culprits.every(one => some.includes(one))
    expect(await shrink(all, fails, Infinity)).toEqual([...new Set(culprits)].sort((a, b) => a - b))
  }
})

it('stops when its tries are used up, with something that fails', async () => {
  let runs = 0
  const fails = async (some: readonly number[]) => (runs++, some.includes(7))
  const left = await shrink(
    Array.from({ length: 100 }, (_, i) => i),
    fails,
    5,
  )
  expect(runs).toBe(5)
  expect(left).toContain(7)
  expect(left.length).toBeLessThan(100)
})
