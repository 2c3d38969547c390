import { settingsFrom } from '@explore/explore'
import { eventLogContract, randomEvents } from '@explore/testkit'
import { expect, it } from 'vitest'
import { kafkaEventLog } from './kafka-event-log.ts'
import { openKafka } from './open-kafka.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'
import { TOPICS } from './topics.ts'

const kafka = kafkaForTests({ own: true })
const options = {
  // The contract's events are as old as 1970.
  settings: () => settingsFrom({ 'events.maxAgeDays': 36_500 }),
  now: Date.now,
}

for (const partitions of [1, 4]) {
  eventLogContract(`Kafka, ${partitions}`, async () => {
    const link = await kafka.open({ partitions })
    const another = async () => kafka.closing(await kafkaEventLog(await kafka.again(link), options))
    return { log: await another(), another, reopen: another, close: async () => {} }
  })
}

it('passes over what is no event, and counts its offset', async () => {
  const link = await kafka.open({ partitions: 1 })
  const log = await kafkaEventLog(link, options)
  const [first, second] = randomEvents('two', 2, { users: 1, items: 1 })
  await log.append([first!])
  const producer = await link.producer()
  await producer.send({
    topic: link.topic(TOPICS.events.name),
    messages: [{ key: 'u0', value: 'no event' }],
  })
  await log.append([second!])
  expect(await log.read(0, 10)).toEqual({
    ...{ first: 0, next: 3, events: [first, second] },
    offsets: [0, 2],
  })
  expect(await log.read(0, 2)).toMatchObject({ first: 0, next: 2, events: [first] })
  expect(await log.read(1, 1)).toMatchObject({ first: 1, next: 2, events: [] })
})

it('goes on where retention has removed the beginning', async () => {
  const link = await kafka.open({ partitions: 1 })
  const log = await kafkaEventLog(link, options)
  const events = randomEvents('kept', 10, { users: 1, items: 1 })
  await log.append(events)
  await (
    await link.admin()
  ).deleteTopicRecords({
    topic: link.topic(TOPICS.events.name),
    partitions: [{ partition: 0, offset: '6' }],
  })
  expect(await log.read(2, 10)).toMatchObject({ first: 2, next: 6, events: [] })
  expect((await log.read(6, 10)).events).toEqual(events.slice(6))
})

it('says that its topic is missing, or its broker', async () => {
  const link = kafka.closing(await openKafka(kafka.url()))
  await expect(kafkaEventLog(link, options)).rejects.toMatchObject({ code: 'LOG_TOPIC' })
  const nowhere = kafka.closing(await openKafka('kafka://127.0.0.1:1', { retries: 0 }))
  await expect(kafkaEventLog(nowhere, options)).rejects.toMatchObject({
    code: 'LOG_UNREACHABLE',
    message: expect.stringContaining('kafka://127.0.0.1:1: '),
  })
})

it('tells that a broker is away, and goes on when it is back', async () => {
  const link = await kafka.open({ partitions: 2 })
  const log = await kafkaEventLog(link, options)
  const events = randomEvents('away', 30, { users: 5, items: 5 })
  await log.append(events.slice(0, 10))
  const [node] = kafka.server().nodes
  await node!.stop('SIGKILL')
  await expect(log.append(events.slice(10, 20))).rejects.toMatchObject({ code: 'LOG_UNREACHABLE' })
  await node!.start()
  await expect
    .poll(() => log.append(events.slice(20)).then(() => true), { timeout: 30_000 })
    .toBe(true)
  const read = await Promise.all([0, 1].map(async each => (await log.read(0, 99, each)).events))
  const ids = new Set(read.flat().map(({ eventId }) => eventId))
  for (const { eventId } of [...events.slice(0, 10), ...events.slice(20)]) {
    expect(ids).toContain(eventId)
  }
})
