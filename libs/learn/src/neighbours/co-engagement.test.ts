import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { coEngagement, type Engagements } from './co-engagement.ts'

const DAY = 86_400_000
const OPTIONS = { perUser: 100, gapMs: 7 * DAY, fewest: 1 } as const

/** [user, item, day, weight] */
const engagements = (
  rows: readonly (readonly [number, number, number, number?])[],
): Engagements => ({
  length: rows.length,
  user: Uint32Array.from(rows, ([user]) => user),
  item: Uint32Array.from(rows, ([, item]) => item),
  time: Float64Array.from(rows, ([, , day]) => day * DAY),
  weight: Float32Array.from(rows, ([, , , weight]) => weight ?? 1),
})

const random = (users: number, items: number): Engagements => {
  const draw = rng(4)
  const pairs = new Map<string, readonly [number, number, number, number]>()
  for (let i = 0; i < users * 6; i++) {
    const [user, item] = [draw.int(users), draw.int(items)]
    pairs.set(`${user}.${item}`, [user, item, draw.uniform() * 30, 1 + draw.int(3)])
  }
  return engagements([...pairs.values()])
}

const similarities = (of: ReturnType<typeof coEngagement>, item: number): Map<number, number> => {
  const { count, items, similarity } = of(item)
  return new Map(Array.from({ length: count }, (_, i) => [items[i]!, similarity[i]!]))
}

it('is the cosine of weighted rows, with active users counting less', () => {
  const of = coEngagement(
    engagements([
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 1],
      [1, 2, 1],
      [2, 0, 1],
    ]),
    3,
    OPTIONS,
  )
  const [two, three, one] = [2, 3, 1].map(items => 1 / Math.log2(1 + items)) as [
    number,
    number,
    number,
  ]
  expect(similarities(of, 0).get(1)).toBeCloseTo(
    (two + three) / Math.sqrt((two + three + one) * (two + three)),
    5,
  )
  expect(similarities(of, 1).get(2)).toBeCloseTo(three / Math.sqrt((two + three) * three), 5)
})

it('is symmetric, at most 1, and leaves out the item itself', () => {
  const items = 40
  const of = coEngagement(random(60, items), items, OPTIONS)
  const all = Array.from({ length: items }, (_, item) => similarities(of, item))
  let pairs = 0
  all.forEach((similar, item) => {
    expect(similar.has(item)).toBe(false)
    for (const [other, value] of similar) {
      expect(all[other]!.get(item)).toBeCloseTo(value, 5)
      expect(value).toBeGreaterThan(0)
      expect(value).toBeLessThanOrEqual(1)
      pairs++
    }
  })
  expect(pairs).toBeGreaterThan(500)
})

it('halves what lies a gap apart', () => {
  const at = (day: number) =>
    coEngagement(
      engagements([
        [0, 0, 0],
        [0, 1, day],
      ]),
      2,
      OPTIONS,
    )
  expect(similarities(at(0), 0).get(1)).toBeCloseTo(1, 5)
  expect(similarities(at(7), 0).get(1)).toBeCloseTo(0.5, 5)
})

it('takes chance pairs for none, and of a user only the latest', () => {
  const rows = engagements([
    [0, 0, 1],
    [0, 1, 2],
    [0, 2, 3],
    [1, 1, 1],
    [1, 2, 2],
  ])
  const pairs = coEngagement(rows, 3, { ...OPTIONS, fewest: 2 })
  expect([...similarities(pairs, 1).keys()]).toEqual([2])
  const latest = coEngagement(rows, 3, { ...OPTIONS, perUser: 2 })
  expect(similarities(latest, 0).size).toBe(0)
  expect([...similarities(latest, 1).keys()]).toEqual([2])
})
