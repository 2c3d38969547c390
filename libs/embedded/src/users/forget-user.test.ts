import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopics, openKafka, promoteBundle, rebuildRedis, runStream } from '@explore/adapters'
import {
  Catalogue,
  COUNTERS,
  field,
  processor,
  settingsFrom,
  type StateStore,
  valuesOf,
} from '@explore/explore'
import { logBatches } from '@explore/learn'
import { startKafka, startRedis, whyNoKafka, whyNoRedis } from '@explore/servers'
import { memoryStateStore } from '@explore/testkit'
import { OPEN_GATES, tinyHome } from '@explore/testkit/home'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { readFeatures } from '../features/feature-log.ts'
import { type Home, homeAt } from '../home.ts'
import { offPeak } from '../jobs/off-peak.ts'
import { listSnapshots, writeHomeSnapshot } from '../jobs/snapshots.ts'
import { silent } from '../progress.ts'
import { embeddedService } from '../service.ts'
import { type EmbeddedStores, openStores } from '../stores.ts'
import { exportUser } from './export-user.ts'
import { forgetUser } from './forget-user.ts'

const wall = Date.now
const ADDRESSES = ['EXPLORE_EVENTS', 'EXPLORE_STATE', 'EXPLORE_PROFILES'] as const
afterEach(() => ADDRESSES.forEach(name => delete process.env[name]))

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-forget-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Whom a fold of the log from its start knows, and who makes examples. */
const knownBy = async ({ log, profiles }: EmbeddedStores) => {
  const state = memoryStateStore()
  for (let partition = 0; partition < log.partitions; partition++) {
    const parts = { log, state, profiles, catalogue: new Catalogue(), settings: settingsFrom() }
    const stream = processor({ ...parts, partition })
    while ((await stream.step(500)) > 0);
  }
  const learnt = new Set<string>()
  for await (const batch of logBatches(log)) for (const { userId } of batch) learnt.add(userId)
  return { folded: await state.userIds(undefined, 1000), learnt }
}

const heldOf = async (state: StateStore, user: string) =>
  (await valuesOf(state, user)).map(({ kind }) => kind)

const withStores = async <T>(home: Home, work: (stores: EmbeddedStores) => Promise<T>) => {
  const stores = await openStores(home)
  try {
    return await work(stores)
  } finally {
    await stores.close()
  }
}

it('forgets a user of a home while it serves, and neither a fold nor a training brings them back', async () => {
  const home = await tinyHome(join(folderOf(), 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first'],
    settings: { ...OPEN_GATES, 'features.logShare': 1 },
  })
  await promoteBundle(home.bundles, 'first')
  await offPeak(home, { wall, pages: true }, silent)
  await writeHomeSnapshot(home, { now: wall() }, silent)
  const service = await embeddedService(home, { wall, threads: 1, onError: () => {} })
  onTestFinished(() => service.close())
  for (const userId of ['u3', 'u4']) await service.page({ userId, limit: 5 })

  const before = await exportUser(home, 'u3', { wall })
  expect(before).toMatchObject({ user: 'u3', profile: { id: 'u3' } })
  expect(before.events.length).toBeGreaterThan(70)
  expect(before.state!.counts.impression).toBe(72)
  expect(before.state!.history[0]).toMatchObject({ item: expect.stringMatching(/^item-\d+$/) })
  expect(before.pages.map(({ kind }) => kind)).toContain('session')
  expect(before.loggedFeatures).toHaveLength(1)
  const other = await exportUser(home, 'u4', { wall })

  // The API's and the commands are the same.
  expect(await service.exportUser('u3')).toEqual({ ...before, exportedAt: expect.anything() })
  const report = await service.forgetUser('u3')
  expect(report).toMatchObject({
    ...{ user: 'u3', profile: true, state: true, folded: true, events: before.events.length },
    ...{ loggedPages: 1, snapshots: 1, training: 'none' },
  })
  expect(report.values).toBeGreaterThanOrEqual(2)

  expect(await exportUser(home, 'u3', { wall })).toMatchObject({
    ...{ profile: null, state: null, longTermList: [], pages: [] },
    ...{ events: [], servedPages: [], loggedFeatures: [] },
  })
  expect(await exportUser(home, 'u4', { wall })).toEqual({
    ...other,
    exportedAt: expect.anything(),
  })
  expect((await readFeatures(home.features)).map(({ user }) => user)).toEqual(['u4'])
  await withStores(home, async stores => {
    const { folded, learnt } = await knownBy(stores)
    expect(folded).toHaveLength(39)
    expect(folded).not.toContain('u3')
    expect(learnt.size).toBe(39)
    expect(learnt).not.toContain('u3')
    expect(await heldOf(stores.state, 'u3')).toEqual([])
    expect(await heldOf(stores.state, 'u4')).not.toEqual([])
  })
  // The server has heard of it, and whoever comes back by that name is new.
  await expect.poll(async () => (await service.health()).lag, { timeout: 20_000 }).toBe(0)
  expect(await service.page({ userId: 'u3', limit: 5 })).toMatchObject({ group: 'new' })
  const time = wall()
  await service.record([{ userId: 'u3', itemId: 'item-1', type: 'like', time }])
  const again = await exportUser(home, 'u3', { wall })
  expect(again.events).toHaveLength(1)
  expect(again.state!.counts).toMatchObject({ impression: 0, like: 1 })
  // Twice is safe, and takes what came since.
  expect(await forgetUser(home, 'u3', { wall }, silent)).toMatchObject({ state: true, events: 1 })
  expect(await listSnapshots(home)).toHaveLength(1)
}, 120_000)

it('refuses what is no id, and forgets one that nobody knows', async () => {
  const home = homeAt(folderOf())
  const service = await embeddedService(home, { wall, threads: 1, onError: () => {} })
  onTestFinished(() => service.close())
  const refused = { code: 'ID_INVALID', field: 'userId' }
  await expect(forgetUser(home, 'a b', { wall }, silent)).rejects.toMatchObject(refused)
  await expect(service.forgetUser('a b')).rejects.toMatchObject(refused)
  await expect(service.exportUser('')).rejects.toMatchObject(refused)
  expect(await forgetUser(home, 'nobody', { wall }, silent)).toMatchObject({
    ...{ profile: false, state: false, folded: true, values: 0, events: 0 },
  })
})

it('forgets a user over Kafka and Redis: a rebuild from the log does not know them', async ({
  skip,
}) => {
  const why = whyNoKafka() ?? whyNoRedis({ own: true })
  skip(why !== undefined, why)
  const kafka = await startKafka()
  onTestFinished(() => kafka.stop())
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const events = `${kafka.url}/?prefix=forget${process.pid}`
  Object.assign(process.env, { EXPLORE_EVENTS: events })
  Object.assign(process.env, { EXPLORE_STATE: redis.url, EXPLORE_PROFILES: redis.url })
  const link = await openKafka(events)
  onTestFinished(() => link.close())
  await createTopics(link, { partitions: 3 })
  const home = homeAt(folderOf())
  const stores = await openStores(home)
  onTestFinished(() => stores.close())
  const { log, state, profiles } = stores
  await profiles.putItems(Array.from({ length: 9 }, (_, i) => ({ id: `i${i}`, author: 'a' })))
  await profiles.putUsers([{ id: 'u1' }, { id: 'u2' }])
  const settings = settingsFrom()
  const stream = await runStream(events, {
    ...{ state, profiles, settings: () => settings, now: Date.now },
    problemsOf: () => () => {},
    onFatal: error => expect(error).toBeUndefined(),
  })
  onTestFinished(() => stream.close())
  const time = Date.now()
  await log.append(
    Array.from({ length: 60 }, (_, i) => ({
      ...{ eventId: `e${i}`, userId: `u${i % 5}`, itemId: `i${i % 9}` },
      ...{ type: 'click' as const, time: time - 1000 + i },
    })),
  )
  await state.put('page:u1', Uint8Array.of(1))
  await expect
    .poll(async () => (await state.userIds(undefined, 10)).length, { timeout: 60_000 })
    .toBe(5)

  expect(await forgetUser(home, 'u1', { wall }, silent)).toMatchObject({
    ...{ profile: true, state: true, folded: true, values: 1, events: null },
  })
  const others = ['u0', 'u2', 'u3', 'u4']
  expect(await state.userIds(undefined, 10)).toEqual(others)
  expect(await profiles.user('u1')).toBeUndefined()
  const { folded, learnt } = await knownBy(stores)
  expect(folded).toEqual(others)
  expect([...learnt].sort()).toEqual(others)
  expect((await exportUser(home, 'u1', { wall })).events).toEqual([])
  expect((await exportUser(home, 'u2', { wall })).events).toHaveLength(12)
  // The topic of users has been told.
  const removed = await Promise.all(
    [0, 1, 2].map(
      async partition => (await link.read(link.topic('users.v1'), partition, 0, 9)).messages,
    ),
  )
  expect(removed.flat().map(({ key, value }) => [`${key}`, value])).toEqual([['u1', null]])

  // A gateway does the same, whose home is empty.
  const gateway = await embeddedService(homeAt(folderOf()), { wall, threads: 1, onError: () => {} })
  onTestFinished(() => gateway.close())
  const [report, exported] = await Promise.all([gateway.forgetUser('u2'), gateway.exportUser('u2')])
  expect(report).toMatchObject({ profile: true, state: true, folded: true, events: null })
  expect(exported).toMatchObject({ profile: null, state: null, events: [] })
  others.splice(others.indexOf('u2'), 1)

  await rebuildRedis(redis.url, { log, profiles, settings })
  await expect.poll(async () => state.userIds(undefined, 10), { timeout: 10_000 }).toEqual(others)
  // The sums name nobody: a click of theirs on each of twelve events stays counted.
  const counters = await state.counters(Uint32Array.from({ length: 9 }, (_, i) => i))
  const clicks = counters.filter((_, i) => i % COUNTERS === field('clicks'))
  expect(clicks.reduce((sum, count) => sum + count)).toBe(60)
}, 240_000)
