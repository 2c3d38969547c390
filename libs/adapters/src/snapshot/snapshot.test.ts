import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { Catalogue, processor, settingsFrom } from '@explore/explore'
import { startRedis, whyNoRedis } from '@explore/servers'
import { foldOf, memoryEventLog, memoryProfiles, randomEvents } from '@explore/testkit'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../lmdb/testing/temporary-folder.ts'
import { openRedisState } from '../redis/open-redis-stores.ts'
import { rebuildRedis } from '../redis/rebuild-redis.ts'
import { foldSnapshot } from './fold-snapshot.ts'
import { forgetInSnapshot } from './forget-in-snapshot.ts'
import { checkSnapshot, readHead, type SnapshotRow, snapshotRows } from './snapshot-file.ts'
import { usableSnapshot } from './usable-snapshot.ts'

const settings = settingsFrom({ 'state.seen': 100 })
const noRedis = whyNoRedis()
const PARTITIONS = 3

const world = async () => {
  const log = memoryEventLog(PARTITIONS)
  const profiles = memoryProfiles()
  await profiles.putItems(Array.from({ length: 30 }, (_, i) => ({ id: `i${i}`, author: 'a' })))
  await log.append(randomEvents('before', 2000, { users: 20, items: 30 }))
  const folder = temporaryFolder()
  const parts = { log, profiles, settings, scratch: folder, now: () => 7 }
  return { log, profiles, folder, parts, file: (name: string) => join(folder, name) }
}

const rowsOf = async (path: string): Promise<SnapshotRow[]> => {
  const rows: SnapshotRow[] = []
  for await (const row of snapshotRows(path)) rows.push(row)
  return rows
}

/** Members of a board by item: of equal scores either may stand first. */
const inOrder = (rows: readonly SnapshotRow[]): unknown[] =>
  rows.map(row =>
    row[0] === 'board' ? [...row.slice(0, 3), row[3].toSorted(([a], [b]) => a - b)] : row,
  )

/** Sums to nine digits: where batches end decides how they round. */
const rounded = (rows: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(rows), (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )

describe('a snapshot', () => {
  it('holds the fold of the log up to its end', async () => {
    const { log, profiles, parts, file } = await world()
    const report = await foldSnapshot(file('one'), parts)
    const oracle = await foldOf({ log, profiles }, settings)
    expect(report).toEqual({ path: file('one'), users: 20, events: 2000, folded: 2000 })
    expect(await checkSnapshot(file('one'))).toMatchObject({ snapshot: 1, createdAt: 7 })
    const rows = await rowsOf(file('one'))
    const users = rows.flatMap(row => (row[0] === 'user' ? [[row[2], row[3]]] : []))
    expect(users.sort()).toEqual(
      [...oracle.users].map(([id, state]) => [id, Buffer.from(state).toString('base64')]).sort(),
    )
  })

  it('that goes on from an earlier one is the one from the start', async () => {
    const { log, parts, file } = await world()
    await foldSnapshot(file('one'), parts)
    await log.append(randomEvents('after', 777, { users: 25, items: 30 }))
    const report = await foldSnapshot(file('two'), { ...parts, from: file('one') })
    expect(report).toMatchObject({ events: 2777, folded: 777 })
    await foldSnapshot(file('whole'), parts)
    const [two, whole] = [await rowsOf(file('two')), await rowsOf(file('whole'))]
    const users = (rows: readonly SnapshotRow[]) => rows.filter(([kind]) => kind === 'user')
    expect(users(two)).toEqual(users(whole))
    expect(rounded(inOrder(two))).toEqual(rounded(inOrder(whole)))
    expect(await checkSnapshot(file('two'))).toEqual(await checkSnapshot(file('whole')))
  })

  it('is written anew without a user who is forgotten', async () => {
    const { parts, file } = await world()
    await foldSnapshot(file('one'), parts)
    const before = await rowsOf(file('one'))
    expect(await forgetInSnapshot(file('one'), 'nobody')).toBe(false)
    expect(await forgetInSnapshot(file('one'), 'u3')).toBe(true)
    await checkSnapshot(file('one'))
    const isTheirs = (row: SnapshotRow): boolean => row[0] === 'user' && row[2] === 'u3'
    expect(before.filter(isTheirs)).toHaveLength(1)
    expect(await rowsOf(file('one'))).toEqual(before.filter(row => !isTheirs(row)))
  })

  it('that was cut off or changed is refused, and leaves the last one', async () => {
    const { parts, file } = await world()
    await foldSnapshot(file('one'), parts)
    const bytes = readFileSync(file('one'))
    for (let i = 0; i < 40; i++) {
      const length = Math.floor((bytes.length * i) / 40)
      writeFileSync(file('cut'), bytes.subarray(0, length))
      await expect(checkSnapshot(file('cut'))).rejects.toMatchObject({ code: 'STATE_BROKEN' })
      const changed = Buffer.from(bytes)
      changed[length]! ^= 1 + (i % 7)
      writeFileSync(file('changed'), changed)
      await expect(checkSnapshot(file('changed'))).rejects.toMatchObject({ code: 'STATE_BROKEN' })
    }
    await expect(readHead(file('none'))).rejects.toMatchObject({ code: 'STATE_BROKEN' })
    writeFileSync(file('text'), 'nothing')
    await expect(readHead(file('text'))).rejects.toMatchObject({ code: 'STATE_BROKEN' })
  })

  it('of a newer version is refused', async () => {
    const { parts, file } = await world()
    await foldSnapshot(file('one'), parts)
    const [head, ...rest] = `${zstdDecompressSync(readFileSync(file('one')))}`.split('\n')
    const newer = { ...JSON.parse(head!), snapshot: 2 }
    writeFileSync(file('newer'), zstdCompressSync([JSON.stringify(newer), ...rest].join('\n')))
    for (const read of [readHead, checkSnapshot]) {
      await expect(read(file('newer'))).rejects.toMatchObject({
        ...{ code: 'STATE_NEWER', message: expect.stringContaining('has version 2, this reads 1') },
      })
    }
  })

  it('is refused where the log or the fold is another', async () => {
    const { parts, file } = await world()
    await foldSnapshot(file('one'), parts)
    const broken = (why: string, code = 'STATE_BROKEN') => ({
      ...{ code, message: expect.stringContaining(why) },
    })
    const use = (more: Partial<typeof parts>) => usableSnapshot(file('one'), { ...parts, ...more })
    expect((await use({})).watermarks).toHaveLength(PARTITIONS)
    const others = { profiles: { ...memoryProfiles(), catalogueId: 'another' } }
    await expect(use(others)).rejects.toMatchObject(broken('another catalogue'))
    const seen = { settings: settingsFrom({ 'state.seen': 101 }) }
    await expect(use(seen)).rejects.toMatchObject(broken('was folded with'))
    await expect(use({ log: memoryEventLog(2) })).rejects.toMatchObject(broken('of 3 partitions'))
    const empty = { log: memoryEventLog(PARTITIONS) }
    await expect(use(empty)).rejects.toMatchObject(broken('ends at 0', 'LOG_TRUNCATED'))
  })
})

describe('a rebuild from a snapshot', () => {
  beforeEach(({ skip }) => skip(noRedis !== undefined, noRedis))

  it.each([
    ['Redis', {}, 1],
    ['Redis Cluster', { cluster: 3 }, 5],
  ])('and the tail of the log is the fold from 0: %s', async (_, options, shards) => {
    const server = await startRedis(options)
    onTestFinished(() => server.stop())
    const { log, profiles, parts, file } = await world()
    await foldSnapshot(file('one'), parts)
    await log.append(randomEvents('tail', 500, { users: 25, items: 30 }))
    let folded = 0
    const onProgress = (now: number): void => void (folded = now)
    await rebuildRedis(server.url, {
      ...{ log, profiles, settings, shards, snapshot: file('one'), onProgress },
    })
    expect(folded).toBe(2500)
    const oracle = await foldOf({ log, profiles }, settings)
    const state = await openRedisState(server.url)
    onTestFinished(() => state.close())
    expect(await state.users([...oracle.users.keys()])).toEqual([...oracle.users.values()])
    expect(await state.userIds(undefined, 100)).toEqual([...oracle.users.keys()].toSorted())
    const items = Uint32Array.from({ length: oracle.items }, (_, i) => i)
    const counters = await state.counters(items)
    counters.forEach((value, i) => {
      expect(Math.abs(value - oracle.counters[i]!)).toBeLessThanOrEqual(1e-9 * Math.abs(value))
    })
    expect(oracle.boards.size).toBeGreaterThan(0)
    for (const [name, members] of oracle.boards) {
      const { items, scores } = await state.top(name, 1000)
      expect(items).toHaveLength(members.size)
      for (const [i, item] of items.entries()) {
        expect(scores[i]! / members.get(item)!).toBeCloseTo(1, 9)
      }
    }
    // Processors go on from there.
    const stream = processor({
      ...{ log, state, profiles, catalogue: new Catalogue(), settings, partition: 1 },
    })
    expect(await stream.step(10)).toBe(0)
  })
})
