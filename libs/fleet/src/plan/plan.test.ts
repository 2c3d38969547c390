import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { planFleet, planValues, readCosts } from './index.ts'

const costs = readCosts()
const wish = { rps: 20, items: 20_000, users: 100_000, events: 500 }
const cores = (rps: number): number =>
  planFleet({ ...wish, rps }, costs).services.reduce((sum, each) => sum + each.cores, 0)

it('stands on costs that predicted a measured load within a quarter', () => {
  expect(costs.checked).toBeGreaterThan(0.75)
  expect(costs.checked).toBeLessThan(1.25)
  expect(costs.items).toBe(20_000)
})

it('takes as many cores as the pages cost, two replicas at least, each at most half busy', () => {
  const folding = 500 / 16_000
  const paged = Object.values(costs.services).reduce((sum, { cpuMs }) => sum + cpuMs, 0)
  expect(cores(20)).toBeCloseTo((20 * paged) / 1000 + folding, 1)
  expect(cores(2000) - folding).toBeCloseTo(100 * (cores(20) - folding), -1)
  for (const rps of [1, 20, 300, 3000]) {
    const { services } = planFleet({ ...wish, rps }, costs)
    for (const each of services) {
      expect(each.replicas).toBeGreaterThanOrEqual(2)
      expect(each.cores / each.replicas).toBeLessThanOrEqual(0.51)
      expect(each.cpu).toBeLessThanOrEqual(1)
    }
  }
})

it('grows in memory with items, in Redis with users, in partitions with events', () => {
  const small = planFleet(wish, costs)
  const large = planFleet({ rps: 20, items: 10_000_000, users: 50_000_000, events: 200_000 }, costs)
  for (const [i, { memoryMb }] of large.services.slice(0, 6).entries()) {
    expect(memoryMb).toBeGreaterThan(small.services[i]!.memoryMb)
  }
  expect(large.redisMb).toBeGreaterThan(100 * small.redisMb)
  expect([small.partitions, large.partitions]).toEqual([16, 128])
})

it('says what lies beyond what was measured', () => {
  const near = planFleet(wish, costs).extrapolated
  expect(near).toHaveLength(1)
  const far = planFleet({ ...wish, rps: 3000, items: 10_000_000 }, costs).extrapolated.join('\n')
  expect(far).toContain('10000000 items: costs were measured at 20000')
  expect(far).toContain('3000 pages a second')
})

it('is told as values of the chart', () => {
  const values = planValues(planFleet({ ...wish, rps: 300 }, costs))
  const keys = [...values.matchAll(/^(\w+):$/gm)].map(([, key]) => key)
  expect(keys).toEqual([
    ...['gateway', 'retrievalSources', 'firstStage', 'secondStageMtml', 'valueModelRerank'],
    ...['annIndex', 'streamProcessor', 'kafka'],
  ])
  expect(values).toMatch(/annIndex:\n {2}replicas: \d+\n {2}shards: 1\n/)
  expect(values).toMatch(
    /requests:\n {6}cpu: \d+m\n {6}memory: \d+Mi\n {4}limits:\n {6}memory: \d+Mi/,
  )
})

it('refuses a file that is no costs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-costs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'costs.json')
  for (const text of ['', '{}', '[]', '[{"name":"items of the catalogue","value":7}]']) {
    writeFileSync(file, text)
    expect(() => readCosts(file)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  }
})
