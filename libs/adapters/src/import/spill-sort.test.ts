import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SpillSort } from './spill-sort.ts'

interface Numbered {
  readonly key: number
  readonly serial: number
}

let folder = ''
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'spill-'))))
afterEach(() => rm(folder, { recursive: true }))

const sort = async (keys: readonly number[], inMemory: number): Promise<Numbered[]> => {
  const sorter = new SpillSort<Numbered>(join(folder, 'spill'), record => record.key, inMemory)
  for (let i = 0; i < keys.length; i += 7) {
    await sorter.add(keys.slice(i, i + 7).map((key, j) => ({ key, serial: i + j })))
  }
  expect(sorter.length).toBe(keys.length)
  const sorted: Numbered[] = []
  for await (const batch of sorter.sorted()) {
    expect(batch.length).toBeLessThanOrEqual(1_000)
    sorted.push(...batch)
  }
  await sorter.close()
  return sorted
}

/** 31 is a primitive root of 10007: the powers come in no order, and each 20 of them share a key. */
const scattered = Array.from({ length: 10_006 }, (_, i) => i).map(
  (
    power => () =>
      (power = (power * 31) % 10_007) % 500
  )(1),
)

describe('SpillSort', () => {
  it.each([
    ['in memory', 20_000],
    ['in a few runs of several blocks', 3_000],
    ['in many runs', 150],
    ['in runs that end with the last record', 5_003],
  ])('sorts stably %s', async (_, inMemory) => {
    const expected = scattered
      .map((key, serial) => ({ key, serial }))
      .sort((a, b) => a.key - b.key || a.serial - b.serial)
    expect(await sort(scattered, inMemory)).toEqual(expected)
    expect(await readdir(folder)).toEqual(inMemory > scattered.length ? [] : ['spill'])
  })

  it('has nothing to say of nothing', async () => {
    expect(await sort([], 10)).toEqual([])
  })
})
