import { beforeAll, expect, it } from 'vitest'
import { plantedData } from '../planted-data.ts'
import type { Figure, Report } from '../report.ts'
import { evaluateColdStart } from './evaluate-cold-start.ts'

let report: Report
beforeAll(async () => {
  report = await evaluateColdStart({
    data: async () => plantedData({ users: 150, items: 1500, requests: 40, width: 12 }),
    served: () => Promise.reject(new Error('not asked for')),
    protocol: 'time',
    seeds: 1,
    flags: { batch: '64' },
    now: () => 0,
    signal: new AbortController().signal,
    onProgress: () => {},
  })
}, 300_000)

const row = (table: number, name: string) => {
  const { cells } = report.tables[table]!.rows.find(row => row.name === name)!
  return { queries: cells[0] as number, recall: cells[1] as Figure, ndcg: cells[3] as Figure }
}

it('knows new items by their content, where popularity knows nothing', () => {
  const towers = row(0, 'two towers, content only')
  const chance = row(0, 'popularity: none, so chance')
  expect(towers.queries).toBe(chance.queries)
  expect(towers.recall.low!).toBeGreaterThan(chance.recall.high! + 0.05)
  expect(towers.ndcg.low!).toBeGreaterThan(row(0, 'click rate of author and topic').ndcg.high!)
})

it('asks new viewers apart from known ones', () => {
  const { queries } = row(1, 'popularity')
  expect(queries).toBeGreaterThan(5)
  expect(queries).toBeLessThan(30)
  expect(row(2, 'popularity').queries).toBeGreaterThan(100)
  // Nothing in this world tells what a newcomer likes: history makes the difference.
  expect(row(2, 'two towers, history').recall.low!).toBeGreaterThan(
    row(1, 'two towers, context only').recall.value,
  )
})
