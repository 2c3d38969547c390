import { type ExploreError, settingsFrom } from '@explore/explore'
import { memoryProfiles, memoryStateStore, randomEvents } from '@explore/testkit'
import { expect, it } from 'vitest'
import { kafkaEventLog } from './kafka-event-log.ts'
import { runStream } from './run-stream.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'

const kafka = kafkaForTests()
const problems: (ExploreError | undefined)[] = []
const settings = settingsFrom({ 'events.maxAgeDays': 36_500 })
const options = () => ({
  ...{ state: memoryStateStore(), profiles: memoryProfiles(), now: Date.now },
  settings: () => settings,
  problemsOf: () => (problem: ExploreError | undefined) => void problems.push(problem),
  onFatal: (error: ExploreError) => void problems.push(error),
})

it('folds events and takes over items, until it is closed', async () => {
  const link = await kafka.open({ partitions: 2 })
  const log = await kafkaEventLog(link, { settings: () => settings, now: Date.now })
  await log.append(randomEvents('run', 50, { users: 5, items: 5 }))
  const producer = await link.producer()
  const item = { id: 'm1', author: 'a1' }
  await producer.send({
    topic: link.topic('items.v1'),
    messages: [{ key: 'm1', value: JSON.stringify(item) }],
  })
  const parts = options()
  const stream = await runStream(kafka.url(link.target.prefix), parts)
  await expect.poll(() => stream.counts().profiles.put, { timeout: 30_000 }).toBe(1)
  await expect
    .poll(() => stream.counts().events.folded + stream.counts().events.repeated, {
      timeout: 30_000,
    })
    .toBe(50)
  expect(Date.now() - stream.lastProgress()).toBeLessThan(10_000)
  expect(await parts.profiles.item('m1')).toMatchObject(item)
  await stream.close()
})

it('keeps telling Kafka where the group is, for tools that show its lag', async () => {
  const link = await kafka.open({ partitions: 2 })
  const log = await kafkaEventLog(link, { settings: () => settings, now: Date.now })
  const stream = await runStream(kafka.url(link.target.prefix), options())
  const [topic, groupId] = [link.topic('events.v1'), link.topic(link.target.group)]
  const committed = async () => {
    const [found] = await (await link.admin()).fetchOffsets({ groupId, topics: [topic] })
    return found!.partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ offset }) => Number(offset))
  }
  for (const [i, users] of [1, 5].entries()) {
    await log.append(randomEvents(`hint${i}`, 20, { users, items: 5 }))
    const ends = await Promise.all([0, 1].map(partition => log.end(partition)))
    // A partition that nothing has come to yet has no place of its own.
    const told = async () => (await committed()).map(offset => Math.max(0, offset))
    await expect.poll(told, { timeout: 30_000, interval: 200 }).toEqual(ends)
  }
  await stream.close()
})

it('says that there are no topics', async () => {
  await expect(runStream(kafka.url(), options())).rejects.toMatchObject({ code: 'LOG_TOPIC' })
})
