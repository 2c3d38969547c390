import { rng } from '@explore/learn'
import { expect, it } from 'vitest'
import { compareRankings } from './compare-rankings.ts'

const requests = Array.from({ length: 60 }, (_, viewer) => {
  const random = rng(`request ${viewer}`)
  const items = Uint32Array.from({ length: 40 }, (_, i) => i)
  return { viewer, items, values: Float32Array.from(items, () => random.uniform()) }
})
const noise = (size: number, seed: string) => {
  const random = rng(seed)
  return ({ values }: { values: Float32Array }) => values.map(v => v + size * random.normal())
}
const options = {
  kept: 10,
  best: [5, 10],
  places: 4,
  viewerOf: ({ viewer }: { viewer: number }) => viewer,
  random: rng(1),
}

it('tells contenders apart, and what is chance from what is not', () => {
  const [teacher, near, also, blind] = compareRankings(
    requests,
    [
      { name: 'teacher', seeds: [({ values }) => values] },
      { name: 'near', seeds: [noise(0.05, 'a'), noise(0.05, 'b')] },
      { name: 'near too', seeds: [noise(0.05, 'c')] },
      { name: 'blind', seeds: [noise(100, 'd')] },
    ],
    options,
  )
  expect(teacher!.recall.get(5)).toMatchObject({ value: 1, low: 1, high: 1 })
  expect(teacher!.value.value).toBeCloseTo(1, 6)
  expect(near!.recall.get(10)!.value).toBeGreaterThan(blind!.recall.get(10)!.value + 0.3)
  // Ten of forty at random.
  expect(blind!.recall.get(10)!.low).toBeLessThan(0.25)
  expect(blind!.recall.get(10)!.high).toBeGreaterThan(0.25)
  expect(blind!.behind.get(10)!.low).toBeGreaterThan(0.5)
  expect(near!.recall.get(10)!.deviation).toBeGreaterThan(0)
  expect(also!.recall.get(10)).not.toHaveProperty('deviation')
  expect(near!.behind.get(10)!.value).toBeCloseTo(1 - near!.recall.get(10)!.value, 12)
})

it('pairs by request: what is equally good is not ahead', () => {
  const [, same] = compareRankings(
    requests,
    [
      { name: 'first', seeds: [noise(0.3, 'a')] },
      { name: 'same', seeds: [noise(0.3, 'b')] },
    ],
    options,
  )
  const { low, high } = same!.behind.get(10)!
  expect(low).toBeLessThan(0)
  expect(high).toBeGreaterThan(0)
})

it('values what is kept by what the teacher would make of it', () => {
  const one = { viewer: 0, items: Uint32Array.of(0, 1, 2, 3), values: Float32Array.of(8, 4, 2, 1) }
  const [backwards] = compareRankings(
    [one],
    [{ name: 'backwards', seeds: [({ values }) => values.map(v => -v)] }],
    { ...options, kept: 2, best: [2], places: 1 },
  )
  // Keeps 1 and 2; the best of them is worth 2 of 8.
  expect(backwards!.value.value).toBeCloseTo(0.25, 12)
  expect(backwards!.recall.get(2)!.value).toBe(0)
})
