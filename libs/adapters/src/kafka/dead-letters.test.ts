import { settingsFrom } from '@explore/explore'
import { memoryProfiles, memoryStateStore } from '@explore/testkit'
import { expect, it } from 'vitest'
import { eventStream } from './event-stream.ts'
import { examineKafka } from './examine-kafka.ts'
import { lettersOf } from './inspect-letters.ts'
import type { KafkaLink } from './open-kafka.ts'
import { replayLetters } from './replay-letters.ts'
import { streamLag } from './stream-lag.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'

const kafka = kafkaForTests()

/** Folds all there is, as a member of a group would. */
const setUp = async () => {
  const link = await kafka.open({ partitions: 2 })
  const state = memoryStateStore()
  const parts = { state, profiles: memoryProfiles(), now: Date.now, settings: () => settingsFrom() }
  const { handle, counts } = await eventStream(link, parts)
  const topic = link.topic('events.v1')
  const catchUp = async (): Promise<void> => {
    for (const partition of [0, 1]) {
      const batch = await link.read(topic, partition, await state.watermark(partition), 1000)
      await handle(topic, partition, batch)
    }
  }
  const send = async (...messages: { key: string; value: string; partition?: number }[]) =>
    void (await (await link.producer()).send({ topic, messages }))
  return { link, state, catchUp, counts, send }
}
const all = async (link: KafkaLink) => {
  const letters = []
  for await (const letter of lettersOf(link)) letters.push(letter)
  return letters
}
const like = (userId: string, itemId = 'i1') => JSON.stringify({ userId, type: 'like', itemId })

it('keeps bytes, key, headers, place and error of what cannot be used', async () => {
  const { link, catchUp, send } = await setUp()
  await send({ key: 'u1', value: '{ garbage', partition: 1 })
  await catchUp()
  const [letter, ...others] = await all(link)
  expect(others).toEqual([])
  expect(letter).toMatchObject({
    offset: 0,
    place: `${link.topic('events.v1')}-1-0`,
    topic: link.topic('events.v1'),
    code: 'RECORD_MALFORMED',
    message: expect.stringContaining('no JSON'),
    headers: {},
  })
  expect([`${letter!.key}`, `${letter!.value}`]).toEqual(['u1', '{ garbage'])
  expect(Date.now() - letter!.arrived).toBeLessThan(60_000)
})

it('sends again what came since the last time, each where it belongs, and counts it once', async () => {
  const { link, state, catchUp, counts, send } = await setUp()
  // In both partitions: one of them is wrong.
  await send(
    { key: 'x', value: like('u1'), partition: 0 },
    { key: 'x', value: like('u1', 'i2'), partition: 1 },
    { key: 'u1', value: 'hopeless', partition: 0 },
  )
  await catchUp()
  expect(counts()).toMatchObject({ folded: 1, deadLettered: 2 })
  expect(await replayLetters(link)).toBe(2)
  await catchUp()
  expect(counts()).toMatchObject({ folded: 2, deadLettered: 3 })
  const before = await state.users(['u1'])
  expect(
    await replayLetters(link, {
      offset: (await all(link)).find(each => each.code === 'RECORD_MISPLACED')!.offset,
    }),
  ).toBe(1)
  expect(await replayLetters(link, { all: true })).toBe(3)
  await catchUp()
  expect(counts()).toMatchObject({ folded: 2, repeated: 2 })
  expect(await state.users(['u1'])).toEqual(before)
  // What is hopeless comes back, with its first arrival.
  const hopeless = (await all(link)).filter(({ code }) => code === 'RECORD_MALFORMED')
  expect(new Set(hopeless.map(({ arrived }) => arrived)).size).toBe(1)
  expect(await replayLetters(link)).toBeGreaterThan(0)
})

it('is seen by lag and doctor', async () => {
  const { link, state, catchUp, send } = await setUp()
  await send({ key: 'u1', value: like('u1') }, { key: 'u1', value: like('u1') })
  const lags = async () => (await streamLag(link, state)).map(({ lag }) => lag).sort()
  expect(await lags()).toEqual([0, 2])
  await catchUp()
  expect(await lags()).toEqual([0, 0])
  await state.apply({
    partition: 0,
    expected: await state.watermark(0),
    watermark: 99,
    users: [],
    counters: [],
    boards: [],
  })
  const findings = await examineKafka(link, state, Date.now)
  expect(findings.map(({ level }) => level)).toContain('ok')
  const ahead = findings.find(({ level }) => level === 'fail')
  expect(ahead!.detail).toMatch(/partition 0: the state is folded up to 99, the log ends at \d/)
})

it('whose clocks are an hour apart is told by doctor', async () => {
  const { link, state, send } = await setUp()
  const hour = 3_600_000
  const told = async (wall: () => number) =>
    (await examineKafka(link, state, wall)).flatMap(
      ({ detail }) => /\d+ s ahead/.exec(detail) ?? [],
    )
  expect(await told(Date.now)).toEqual([])
  await send({ key: 'u1', value: like('u1') }, { key: 'u2', value: 'garbage' })
  expect(await told(Date.now)).toEqual([])
  expect(await told(() => Date.now() - hour)).toEqual([expect.stringMatching(/^36\d\d s/)])
  const time = Date.now() + hour
  for (const userId of ['u3', 'u4']) {
    const value = JSON.stringify({ userId, type: 'like', itemId: 'i1', time })
    await send({ key: userId, value })
  }
  expect(await told(Date.now)).toEqual([expect.stringMatching(/^3[56]\d\d s/)])
})
