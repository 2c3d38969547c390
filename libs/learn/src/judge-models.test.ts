import { beforeAll, expect, it } from 'vitest'
import { plantedTaste } from './two-tower/planted-taste.ts'
import { judgeRetrieval } from './judge-models.ts'
import { timeAt } from './examples/time-split.ts'
import { trainTwoTower, type TwoTower } from './two-tower/train-two-tower.ts'
import type { Examples } from './examples/replay.ts'

let examples: Examples
let towers: TwoTower
let since: number
beforeAll(async () => {
  ;({ examples } = await plantedTaste({ users: 120 }))
  since = timeAt(examples.positives.time, 0.8)
  const options = { seed: 1, weights: { click: 1 }, dimension: 16, hidden: 16, epochs: 2 }
  towers = await trainTwoTower(examples, { ...options, validFrom: since, validUsers: 2000 })
})

it('judges towers as their own training did', async () => {
  const quality = await judgeRetrieval(towers, examples, since)
  expect(quality['recall@50']).toBeCloseTo(towers.quality['recall@50']!, 10)
  expect(quality['recall@50']).toBeGreaterThan(0.5)
})

it('finds another viewer’s vectors worse', async () => {
  const vectors = towers.vectors.toReversed()
  const quality = await judgeRetrieval({ ...towers, vectors }, examples, since)
  expect(quality['recall@50']).toBeLessThan(towers.quality['recall@50']!)
})
