import { type Event, type ExploreError, settingsFrom } from '@explore/explore'
import { foldOf, memoryProfiles, memoryStateStore, randomEvents } from '@explore/testkit'
import { expect, it } from 'vitest'
import { eventStream } from './event-stream.ts'
import { kafkaEventLog } from './kafka-event-log.ts'
import type { KafkaLink } from './open-kafka.ts'
import { type SubscriptionOptions, subscribe } from './subscription.ts'
import { mutatedRecords } from './testing/mutated-records.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'
import { TOPICS } from './topics.ts'

const kafka = kafkaForTests()
const settings = settingsFrom({ 'events.maxAgeDays': 36_500, 'state.seen': 100 })
const options = { settings: () => settings, now: Date.now }
const PARTITIONS = [0, 1, 2]

/** Topics, stores, a log to write to, and members that fold. */
const setUp = async () => {
  const link = await kafka.open({ partitions: PARTITIONS.length })
  const stores = { state: memoryStateStore(), profiles: memoryProfiles() }
  const log = kafka.closing(await kafkaEventLog(await kafka.again(link), options))
  const problems: ExploreError[] = []
  const fatal: ExploreError[] = []
  const topic = link.topic(TOPICS.events.name)

  const member = async (parts: Partial<typeof stores & SubscriptionOptions> = {}) => {
    const own = await kafka.again(link)
    const stream = await eventStream(own, { ...stores, ...options, ...parts })
    const subscription = await subscribe(own, stream, {
      ...{ group: link.topic('group'), topics: [topic], now: Date.now, sessionMs: 6000 },
      tell: error => void (error && problems.push(error)),
      onFatal: error => fatal.push(error),
      ...parts,
    })
    return kafka.closing({ ...stream, ...subscription })
  }
  const caughtUp = () =>
    expect
      .poll(
        async () => {
          const lags = PARTITIONS.map(
            async each => (await log.end(each)) - (await stores.state.watermark(each)),
          )
          return Promise.all(lags)
        },
        { timeout: 40_000, interval: 100 },
      )
      .toEqual([0, 0, 0])
  const expectFolded = async () => {
    const oracle = await foldOf({ log, profiles: stores.profiles }, settings)
    expect(await stores.state.userIds(undefined, 1000)).toEqual([...oracle.users.keys()].sort())
    expect(await stores.state.users([...oracle.users.keys()])).toEqual([...oracle.users.values()])
    return oracle
  }
  return { link, log, member, stores, problems, fatal, topic, caughtUp, expectFolded }
}

const send = async (link: KafkaLink, topic: string, messages: object[]): Promise<void> => {
  await (await link.producer()).send({ topic, messages: messages as { value: string }[] })
}
const events = (seed: string, count: number): Event[] =>
  randomEvents(seed, count, { users: 20, items: 30, repeated: 0.1 })

it('folds what is in the log and what comes, once', async () => {
  const { log, member, caughtUp, expectFolded, fatal } = await setUp()
  await log.append(events('before', 1500))
  const { counts } = await member({ maxBatch: 100 })
  await caughtUp()
  for (let i = 0; i < 5; i++) await log.append(events(`while${i}`, 50))
  await caughtUp()
  const { folded, repeated } = await expectFolded()
  expect(counts()).toMatchObject({ folded, repeated, deadLettered: 0 })
  expect(fatal).toEqual([])
})

it('dead-letters what is no event, and goes on', async () => {
  const { link, log, member, topic, caughtUp, expectFolded } = await setUp()
  const { counts } = await member()
  await log.append(events('poison', 100))
  await send(link, topic, [
    { key: 'u1', value: 'garbage' },
    { key: 'u1', value: null },
    { key: 'u1', value: 'x'.repeat(70_000) },
    { key: 'someone else', value: JSON.stringify({ userId: 'u1', type: 'like', itemId: 'i1' }) },
    { key: 'u1', value: JSON.stringify({ userId: 'u1', type: 'teleport', itemId: 'i1' }) },
    { key: 'u1', value: JSON.stringify({ userId: 'u1', type: 'like', itemId: 'i{1}' }) },
    { key: 'u1', value: JSON.stringify({ userId: 'u1', type: 'like', itemId: 'i1', device: 'x' }) },
    { key: 'u1', value: JSON.stringify({ userId: 'u1', type: 'like', itemId: 'i2', time: 2e12 }) },
  ])
  await log.append(events('after', 100))
  await caughtUp()
  await expectFolded()
  expect(counts()).toMatchObject({ newerType: 1, unknownFields: 1 })
  const letters = await link.read(link.topic('stream-processor.dlq'), 0, 0, 100)
  const codes = letters.messages.map(
    ({ headers }) => `${headers!['__connect.errors.exception.class.name']}`,
  )
  expect(codes.sort()).toEqual([
    'FIELD_INVALID',
    'ID_INVALID',
    'RECORD_MALFORMED',
    'RECORD_MALFORMED',
    ...(codes.includes('RECORD_MISPLACED') ? ['RECORD_MISPLACED'] : []),
    'RECORD_TOO_LARGE',
  ])
  expect(counts().deadLettered).toBe(codes.length)
})

it('goes back to where the state is, when the store has lost its last writes', async () => {
  const { log, member, stores, caughtUp, expectFolded } = await setUp()
  const first = await member()
  await log.append(events('kept', 300))
  await caughtUp()
  await first.close()
  // Another store, empty, and offsets committed far ahead.
  Object.assign(stores.state, memoryStateStore())
  await log.append(events('later', 20))
  await member()
  await caughtUp()
  await expectFolded()
})

it('folds again what a store has lost, though nothing more comes: while it runs, and when it starts', async () => {
  const { log, member, stores, caughtUp, expectFolded } = await setUp()
  const first = await member()
  await log.append(events('quiet', 200))
  await caughtUp()
  Object.assign(stores.state, memoryStateStore())
  await caughtUp()
  await expectFolded()
  await first.close()
  Object.assign(stores.state, memoryStateStore())
  await member()
  await caughtUp()
  await expectFolded()
})

it('shares partitions with others that come and go', async () => {
  const { log, member, caughtUp, expectFolded, fatal } = await setUp()
  const first = await member()
  await log.append(events('one', 300))
  const second = await member()
  await log.append(events('two', 300))
  await first.close()
  await log.append(events('three', 300))
  await caughtUp()
  await expectFolded()
  await second.close()
  expect(fatal).toEqual([])
})

it('waits for a store that is away', async () => {
  const { log, member, stores, caughtUp, expectFolded, problems, fatal } = await setUp()
  let away = true
  const { ExploreError } = await import('@explore/explore')
  const state = {
    ...stores.state,
    users: async (ids: readonly string[]) => {
      if (away) throw new ExploreError('STORE_UNREACHABLE', 'no store')
      return stores.state.users(ids)
    },
  }
  const { lastProgress } = await member({ state })
  await log.append(events('waiting', 50))
  await expect.poll(() => problems.map(({ code }) => code)).toContain('STORE_UNREACHABLE')
  expect(Date.now() - lastProgress()).toBeLessThan(5000)
  away = false
  await caughtUp()
  await expectFolded()
  expect(fatal).toEqual([])
})

it('ends where waiting mends nothing: a newer state, a log that was made anew', async () => {
  const { log, member, stores, fatal } = await setUp()
  const none = { counters: [], boards: [] }
  await log.append(events('short', 60))
  for (const partition of PARTITIONS) {
    await stores.state.apply({ partition, expected: 0, watermark: 1000, users: [], ...none })
  }
  await member()
  await expect
    .poll(() => fatal.map(({ code }) => code), { timeout: 20_000 })
    .toContain('LOG_TRUNCATED')
  expect(fatal[0]!.message).toMatch(/folded up to 1000, the log ends at \d+/)
})

it('passes what retention removed before it was read, and tells', async () => {
  const { link, log, member, topic, stores, problems, fatal } = await setUp()
  await log.append(events('removed', 90))
  const ends = await Promise.all(PARTITIONS.map(async each => log.end(each)))
  await (
    await link.admin()
  ).deleteTopicRecords({
    topic,
    partitions: PARTITIONS.map(partition => ({ partition, offset: '3' })),
  })
  await member()
  await expect
    .poll(() => PARTITIONS.map(each => stores.state.watermark(each)), { timeout: 20_000 })
    .toEqual(ends)
  expect(problems.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('offsets 0 to 2 were removed before they were read'),
  )
  expect(fatal).toEqual([])
})

it('is stopped by no record of a corpus of malformed ones', async () => {
  const { link, log, member, topic, stores, caughtUp, expectFolded, fatal } = await setUp()
  const next = mutatedRecords('stream', Date.now())
  const COUNT = 10_000
  for (let at = 0; at < COUNT; at += 500) {
    const some = Array.from({ length: 500 }, (_, i) => ({ ...next(), partition: (at + i) % 3 }))
    // Below what a broker takes as a whole.
    await send(
      link,
      topic,
      some.filter(({ value }) => (value?.length ?? 0) < 200_000),
    )
  }
  await log.append(events('behind', 100))
  const { counts } = await member()
  await caughtUp()
  await expectFolded()
  const total = PARTITIONS.reduce((sum, each) => sum + (stores.state.watermark(each) as number), 0)
  const { folded, repeated, deadLettered, newerType } = counts()
  expect(folded + repeated + deadLettered + newerType).toBe(total)
  expect(deadLettered).toBeGreaterThan(COUNT / 2)
  const { high } = await link.bounds(link.topic('stream-processor.dlq'), 0)
  expect(high).toBe(deadLettered)
  expect(fatal).toEqual([])
})
