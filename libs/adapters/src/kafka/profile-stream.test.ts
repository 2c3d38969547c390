import { Catalogue, type ExploreError } from '@explore/explore'
import { memoryProfiles } from '@explore/testkit'
import { expect, it } from 'vitest'
import { profileStream } from './profile-stream.ts'
import { removeProfileRecord } from './remove-profile.ts'
import { subscribe } from './subscription.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'

const kafka = kafkaForTests()

it('takes over items and users, what their newest record says, and dead-letters the rest', async () => {
  const link = await kafka.open()
  const profiles = memoryProfiles()
  const stream = profileStream(link, profiles)
  const fatal: ExploreError[] = []
  kafka.closing(
    await subscribe(link, stream, {
      ...{ group: link.topic('profiles'), topics: stream.topics, now: Date.now },
      tell: () => {},
      onFatal: error => fatal.push(error),
    }),
  )
  const producer = await link.producer()
  const send = (topic: string, ...records: [key: string, value: object | null][]) =>
    producer.send({
      topic: link.topic(topic),
      messages: records.map(([key, value]) => ({ key, value: value && JSON.stringify(value) })),
    })
  const sent = Date.now()
  await send(
    'items.v1',
    ['m1', { id: 'm1', author: 'a1' }],
    ['m1', { id: 'm1', author: 'a1', hidden: true }],
    ['m2', { id: 'm2', author: 'a1' }],
    ['m2', null],
    ['m3', { id: 'm3', author: 'a1', createdAt: 5, later: 'field' }],
    ['m4', { id: 'other', author: 'a1' }],
  )
  await send(
    'users.v1',
    ['u1', { id: 'u1', attributes: { country: 'br' } }],
    ['u2', { id: 'u2' }],
    ['u2', null],
  )
  await expect.poll(() => stream.counts, { timeout: 20_000 }).toMatchObject({ deadLettered: 1 })
  await expect.poll(() => profiles.user('u1')).toEqual({ id: 'u1', attributes: { country: 'br' } })
  await expect.poll(() => profiles.item('m1')).toMatchObject({ hidden: true })
  expect(await profiles.item('m2')).toBeUndefined()
  expect(await profiles.user('u2')).toBeUndefined()
  await expect.poll(() => profiles.item('m3')).toEqual({ id: 'm3', author: 'a1', createdAt: 5 })
  expect((await profiles.item('m1'))!.createdAt).toBeGreaterThan(sent - 60_000)

  await removeProfileRecord(link, 'u1')
  await expect.poll(() => profiles.user('u1'), { timeout: 10_000 }).toBeUndefined()

  const catalogue = new Catalogue()
  await send('items.v1', ['m9', { id: 'm9', author: 'a1' }])
  await expect
    .poll(
      async () => {
        await profiles.sync(catalogue)
        const ordinal = catalogue.ordinal('m9')
        return ordinal !== undefined && catalogue.servable(ordinal)
      },
      { interval: 10, timeout: 10_000 },
    )
    .toBe(true)
  expect(fatal).toEqual([])
})
