import { describe, expect, it } from 'vitest'
import { createTopics, examineTopics, partitionsOf } from './create-topics.ts'
import { openKafka } from './open-kafka.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'

describe('topics', () => {
  const kafka = kafkaForTests()
  const statesOf = (findings: Awaited<ReturnType<typeof createTopics>>) =>
    findings.map(({ state }) => state)

  it('are made once, as the contract wants them', async () => {
    const link = kafka.closing(await openKafka(kafka.url()))
    expect(new Set(statesOf(await examineTopics(link)))).toEqual(new Set(['missing']))
    const made = await createTopics(link)
    expect(new Set(statesOf(made))).toEqual(new Set(['created']))
    expect(made.map(({ topic }) => topic.replace(`${link.target.prefix}.`, ''))).toEqual([
      'events.v1',
      'items.v1',
      'users.v1',
      'impressions.v1',
      'stream-processor.dlq',
    ])
    const again = await createTopics(link)
    expect(new Set(statesOf(again))).toEqual(new Set(['right']))
    expect(await partitionsOf(link, link.topic('events.v1'))).toBe(16)
  })

  it('are left as they are where they differ, and told', async () => {
    const link = kafka.closing(await openKafka(kafka.url()))
    const admin = await link.admin()
    await admin.createTopics({ topics: [{ topic: link.topic('events.v1'), numPartitions: 2 }] })
    const [events, items] = await createTopics(link)
    expect(events).toMatchObject({
      state: 'differs',
      detail: expect.stringContaining('2 partitions, not 16'),
    })
    expect(events!.detail).toContain('message.timestamp.type=CreateTime, not LogAppendTime')
    expect(items!.state).toBe('created')
    expect(await partitionsOf(link, link.topic('events.v1'))).toBe(2)
  })
})
