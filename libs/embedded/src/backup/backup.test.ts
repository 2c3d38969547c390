import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createTopics,
  openKafka,
  openRedis,
  promoteBundle,
  runStream,
  verifyBundle,
  verifyingKey,
} from '@explore/adapters'
import { settingsFrom } from '@explore/explore'
import { startKafka, startRedis, whyNoKafka, whyNoRedis } from '@explore/servers'
import { foldOf, randomEvents } from '@explore/testkit'
import { tinyHome } from '@explore/testkit/home'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { type Home, homeAt } from '../home.ts'
import { silent } from '../progress.ts'
import { embeddedService } from '../service.ts'
import { loadSettings } from '../settings-file.ts'
import { type EmbeddedStores, openStores } from '../stores.ts'
import { backUp, type BackupManifest, checkBackup, restore } from './index.ts'

const wall = Date.now
const ADDRESSES = ['EXPLORE_EVENTS', 'EXPLORE_STATE', 'EXPLORE_PROFILES'] as const
afterEach(() => ADDRESSES.forEach(name => delete process.env[name]))

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** That the state is the fold of the whole log: users byte for byte, sums to rounding. */
const expectFold = async (
  { log, state, profiles }: EmbeddedStores,
  home: Home,
): Promise<number> => {
  const oracle = await foldOf({ log, profiles }, loadSettings(home.settings, {}))
  const ids = [...oracle.users.keys()]
  expect(await state.userIds(undefined, 10_000)).toEqual(ids.toSorted())
  expect(await state.users(ids)).toEqual([...oracle.users.values()])
  const items = Uint32Array.from({ length: oracle.items }, (_, i) => i)
  const counters = await state.counters(items)
  counters.forEach((value, i) => {
    expect(Math.abs(value - oracle.counters[i]!)).toBeLessThanOrEqual(1e-9 * Math.abs(value))
  })
  for (const [board, members] of oracle.boards) {
    const { items, scores } = await state.top(board, 10_000)
    expect(new Set(items)).toEqual(new Set(members.keys()))
    for (const [i, item] of items.entries()) {
      expect(scores[i]! / members.get(item)!).toBeCloseTo(1, 9)
    }
  }
  return oracle.folded
}

it('backs up a home that serves and takes events, and restores it after its folder is gone', async () => {
  const [root, path] = [folderOf(), join(folderOf(), 'home')]
  const home = await tinyHome(path, { end: Date.now() - 3_600_000, bundles: ['a', 'b'] })
  await promoteBundle(home.bundles, 'a')
  await promoteBundle(home.bundles, 'b')
  const service = await embeddedService(home, { wall, threads: 1, onError: () => {} })
  let [sent, stopped] = [0, false]
  const sending = (async () => {
    while (!stopped) {
      const event = { userId: `u${sent % 40}`, itemId: `item-${sent % 200}`, type: 'click' }
      await service.record([event])
      sent++
    }
  })()
  await expect.poll(() => sent, { timeout: 20_000 }).toBeGreaterThan(20)
  const to = join(root, 'first')
  const report = await backUp(home, to, { wall }, silent)
  const during = sent
  await expect.poll(() => sent, { timeout: 20_000 }).toBeGreaterThan(during + 5)
  stopped = true
  await sending
  await service.close()
  expect(report).toMatchObject({ folder: to, bundle: 'b' })
  await expect(backUp(home, to, { wall }, silent)).rejects.toMatchObject({ code: 'FIELD_INVALID' })
  expect(statSync(to).mode & 0o077).toBe(0)

  await expect(restore(home, to, {}, silent)).rejects.toMatchObject({ code: 'RESTORE_OCCUPIED' })
  rmSync(path, { recursive: true })
  const again = homeAt(path)
  const { createdAt, ...restored } = await restore(again, to, {}, silent)
  expect(restored).toMatchObject({ bundle: 'b', parts: ['home'], lag: 0 })
  expect(Date.now() - createdAt).toBeLessThan(600_000)
  const stores = await openStores(again)
  expect(await stores.log.end()).toBeGreaterThanOrEqual(report.events)
  expect(await expectFold(stores, again)).toBeGreaterThan(2880)
  await stores.close()
  // Its own signatures hold, and it serves.
  const key = await verifyingKey(again.key)
  for (const id of ['a', 'b']) await verifyBundle(join(again.bundles, id), key)
  const revived = await embeddedService(again, { wall, threads: 1, onError: () => {} })
  onTestFinished(() => revived.close())
  const page = await revived.page({ userId: 'u1', limit: 5 })
  expect(page).toMatchObject({ bundle: 'b', degraded: [] })
}, 120_000)

it('refuses what is no backup, is newer, was cut off or changed, and leaves the home empty', async () => {
  const root = folderOf()
  const home = await tinyHome(join(root, 'home'), { end: Date.now(), bundles: ['a'] })
  await promoteBundle(home.bundles, 'a')
  const sound = join(root, 'sound')
  await backUp(home, sound, { wall }, silent)
  const manifest = await checkBackup(sound)
  const names = Object.keys(manifest.files)
  expect(names).toEqual(
    expect.arrayContaining(['db/data.mdb', 'bundles/current', 'settings.json', 'key.pem']),
  )
  const empty = homeAt(join(root, 'empty'))
  const refused = async (change: (copy: string) => void, code: string, why: string) => {
    const copy = join(root, 'copy')
    rmSync(copy, { recursive: true, force: true })
    cpSync(sound, copy, { recursive: true })
    change(copy)
    const message = expect.stringContaining(why)
    await expect(restore(empty, copy, {}, silent)).rejects.toMatchObject({ code, message })
    expect(readdirSync(empty.bundles)).toEqual([])
    expect(readdirSync(empty.db)).toEqual([])
  }
  for (const name of names.filter((_, i) => i % 4 === 0 || i === names.length - 1)) {
    await refused(copy => rmSync(join(copy, name)), 'BACKUP_BROKEN', `${name} is missing`)
    const { bytes } = manifest.files[name]!
    if (bytes === 0) continue
    await refused(
      copy => truncateSync(join(copy, name), bytes - 1),
      'BACKUP_BROKEN',
      `${bytes} bytes`,
    )
    await refused(
      copy => {
        const changed = readFileSync(join(copy, name))
        changed[bytes >> 1]! ^= 1
        writeFileSync(join(copy, name), changed)
      },
      'BACKUP_BROKEN',
      `${name} was changed`,
    )
  }
  const rewritten = (change: Partial<Record<keyof BackupManifest, unknown>>) => (copy: string) =>
    writeFileSync(join(copy, 'backup.json'), JSON.stringify({ ...manifest, ...change }))
  await refused(rewritten({ backup: 2 }), 'STATE_NEWER', 'has version 2')
  await refused(rewritten({ backup: 'x' }), 'BACKUP_BROKEN', 'backup.json')
  const elsewhere = { ...manifest.layout, state: 'redis' }
  await refused(rewritten({ layout: elsewhere }), 'USAGE', 'EXPLORE_STATE')
  await refused(copy => writeFileSync(join(copy, 'backup.json'), '{'), 'BACKUP_BROKEN', 'no JSON')
  await refused(copy => rmSync(join(copy, 'backup.json')), 'USAGE', 'no backup')
  await expect(restore(empty, sound, { only: 'redis' }, silent)).rejects.toMatchObject({
    code: 'USAGE',
  })
}, 120_000)

it('restores a Redis that lost everything, and what came since is folded on from the log', async ({
  skip,
}) => {
  const why = whyNoKafka() ?? whyNoRedis({ own: true })
  skip(why !== undefined, why)
  const kafka = await startKafka()
  onTestFinished(() => kafka.stop())
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const events = `${kafka.url}/?prefix=backup${process.pid}`
  Object.assign(process.env, { EXPLORE_EVENTS: events })
  Object.assign(process.env, { EXPLORE_STATE: redis.url, EXPLORE_PROFILES: redis.url })
  const link = await openKafka(events)
  onTestFinished(() => link.close())
  await createTopics(link, { partitions: 3 })
  const root = folderOf()
  const home = homeAt(join(root, 'home'))
  writeFileSync(home.settings, JSON.stringify({ 'events.maxAgeDays': 36_500 }))
  const settings = settingsFrom({ 'events.maxAgeDays': 36_500 })
  const folding = async ({ state, profiles }: EmbeddedStores) =>
    runStream(events, {
      ...{ state, profiles, settings: () => settings, now: Date.now },
      problemsOf: () => () => {},
      onFatal: error => expect(error).toBeUndefined(),
    })
  const settled = async ({ log, state }: EmbeddedStores): Promise<void> => {
    for (let p = 0; p < log.partitions; p++) {
      await expect.poll(async () => state.watermark(p), { timeout: 60_000 }).toBe(await log.end(p))
    }
  }
  const shape = { users: 25, items: 40, repeated: 0.1 }
  const stores = await openStores(home)
  const items = Array.from({ length: 30 }, (_, i) => ({ id: `i${i}`, author: `a${i}` }))
  await stores.profiles.putItems(items)
  await stores.profiles.deleteItems(['i7'])
  await stores.profiles.putUsers(Array.from({ length: 700 }, (_, i) => ({ id: `u${i}` })))
  const stream = await folding(stores)
  await stores.log.append(randomEvents('before', 1500, shape))
  await settled(stores)
  const to = join(root, 'backup')
  const { catalogueId } = stores.profiles
  const report = await backUp(home, to, { wall }, silent)
  expect(report.events).toBe(1500)
  await stores.log.append(randomEvents('since', 600, shape))
  await settled(stores)
  await expect(restore(home, to, { only: 'redis' }, silent)).rejects.toMatchObject({
    code: 'RESTORE_OCCUPIED',
  })
  await stream.close()
  await stores.close()

  const redisLink = await openRedis(redis.url)
  await redisLink.send('FLUSHALL')
  expect(await redisLink.send('DBSIZE')).toBe(0)
  await redisLink.close()
  const restored = await restore(home, to, { only: 'redis' }, silent)
  expect(restored).toMatchObject({ parts: ['redis'], caughtUp: 0, lag: 600 })
  const revived = await openStores(home)
  onTestFinished(() => revived.close())
  expect(revived.profiles.catalogueId).toBe(catalogueId)
  expect(await revived.profiles.users(undefined, 1000)).toHaveLength(700)
  expect((await revived.profiles.items(-1, 100)).map(({ id }) => id)).toEqual(
    items.map(({ id }) => id).filter(id => id !== 'i7'),
  )
  const on = await folding(revived)
  onTestFinished(() => on.close())
  await settled(revived)
  await expectFold(revived, home)
}, 240_000)
