import { randomOf } from '@explore/explore'
import { expect, it } from 'vitest'
import { type BoardPart, type Ranked, topOfSums } from './top-of-sums.ts'

const best = (scores: ReadonlyMap<number, number>, n: number): Ranked => {
  const order = [...scores].sort(([a, x], [b, y]) => y - x || a - b).slice(0, n)
  return { items: order.map(([item]) => item), scores: order.map(([, score]) => score) }
}
const partOf = (scores: ReadonlyMap<number, number>): BoardPart => ({
  best: async n => best(scores, n),
  scores: async items => items.map(item => scores.get(item) ?? 0),
})

it('finds the best by their sums, however they are spread over the parts', async () => {
  const random = randomOf('parts')
  const int = (n: number): number => Math.floor(random() * n)
  for (let round = 0; round < 200; round++) {
    const sums = new Map<number, number>()
    const parts = Array.from({ length: 1 + int(5) }, () => {
      const part = new Map<number, number>()
      for (let i = int(40); i > 0; i--) {
        // Whole numbers make ties, and sums that do not depend on the order.
        const [item, score] = [int(30), 1 + int(round % 2 === 0 ? 4 : 1e6)]
        part.set(item, (part.get(item) ?? 0) + score)
        sums.set(item, (sums.get(item) ?? 0) + score)
      }
      return part
    })
    const n = int(12)
    expect(await topOfSums(parts.map(partOf), n)).toEqual(best(sums, n))
  }
})

it('finds one who is second everywhere', async () => {
  const parts = [0, 1, 2].map(
    part =>
      new Map([
        [part, 10],
        [7, 9],
      ]),
  )
  expect(await topOfSums(parts.map(partOf), 1)).toEqual({ items: [7], scores: [27] })
})
