import { attributeBuckets, CANDIDATE_DENSE } from '@explore/explore'
import { expect, test } from 'vitest'
import { examplesBefore } from './examples-before.ts'
import { LABELS } from './labels.ts'
import { plantedLog } from './planted-log.ts'
import { replay } from './replay.ts'
import { timeAt } from './time-split.ts'

test('leaves out every row that is not earlier, and keeps the others as they are', async () => {
  const { catalogue, events } = plantedLog({ users: 12, requests: 8 })
  const all = await replay({
    events: [events],
    catalogue,
    attributes: () => attributeBuckets(undefined),
    limits: { seen: 100 },
  })
  const at = timeAt(all.ranking.time, 0.5)
  const { ranking, positives } = examplesBefore(all, at)
  expect(ranking.length).toBeGreaterThan(all.ranking.length / 3)
  expect(ranking.length).toBeLessThan(all.ranking.length)
  expect(Math.max(...ranking.time)).toBeLessThan(at)
  expect(Math.max(...positives.time)).toBeLessThan(at)
  expect(ranking.dense).toHaveLength(ranking.length * CANDIDATE_DENSE)
  expect(ranking.labels).toHaveLength(ranking.length * LABELS.length)
  const rows = [...all.ranking.time.keys()].filter(row => all.ranking.time[row] < at)
  const last = rows.at(-1)!
  const row = (values: Float32Array, i: number) =>
    values.subarray(i * CANDIDATE_DENSE, (i + 1) * CANDIDATE_DENSE)
  expect([...ranking.item]).toEqual(rows.map(i => all.ranking.item[i]))
  expect(row(ranking.dense, ranking.length - 1)).toEqual(row(all.ranking.dense, last))
})
