import type { ExploreError, ServedPage } from '@explore/explore'
import { describe, expect, it } from 'vitest'
import type { KafkaLink } from './open-kafka.ts'
import { pageRecorder } from './page-recorder.ts'
import { servedPages } from './served-pages.ts'
import { kafkaForTests } from './testing/kafka-for-tests.ts'

const pageOf = (i: number, more: Partial<ServedPage> = {}): ServedPage => ({
  ...{ requestId: `r${i}`, userId: `u${i % 5}`, time: 1_790_000_000_000 + i },
  ...{ group: 'new', origin: 'live', degraded: [] },
  items: [
    { itemId: 'm1', position: 0, score: 1.5, sources: ['fresh'] },
    { itemId: 'm2', position: 1, sources: ['explore-cold'], propensity: 0.05 },
  ],
  ...more,
})

const recorded = async (link: KafkaLink): Promise<ServedPage[]> => {
  const pages: ServedPage[] = []
  for (let partition = 0; partition < 3; partition++) {
    for await (const page of servedPages(link, partition)) pages.push(page)
  }
  return pages.sort((a, b) => a.time - b.time)
}

describe('served pages', () => {
  const kafka = kafkaForTests({ own: true })

  it('go out on their topic as they were served, and are read from it', async () => {
    const link = await kafka.open()
    const told: (ExploreError | undefined)[] = []
    const recorder = pageRecorder(link, { capacity: () => 100, tell: each => told.push(each) })
    const pages = Array.from({ length: 50 }, (_, i) => pageOf(i))
    for (const page of pages) recorder.record(page)
    await expect.poll(async () => (await recorded(link)).length, { timeout: 20_000 }).toBe(50)
    expect(await recorded(link)).toEqual(pages)
    await recorder.close()
    expect([recorder.lost(), new Set(told)]).toEqual([0, new Set([undefined])])
  })

  it('go without features that make them too large, and records that are none are counted', async () => {
    const link = await kafka.open()
    const features = (length: number) => ({
      ...{ version: 2, catalogueId: 'c' },
      viewer: { dense: { values: Array.from({ length }, () => 0.5) } },
      pairs: [{ itemId: 'm1', dense: [0.25], cross: [1] }],
    })
    const recorder = pageRecorder(link, { capacity: () => 100, tell: () => {} })
    recorder.record(pageOf(1, { features: features(20) }))
    recorder.record(pageOf(2, { features: features(20_000) }))
    await expect.poll(async () => (await recorded(link)).length, { timeout: 20_000 }).toBe(2)
    expect(await recorded(link)).toEqual([pageOf(1, { features: features(20) }), pageOf(2)])
    await recorder.close()

    const producer = await link.producer()
    const messages = ['{', '{"requestId":"r"}', null].map(value => ({ value, partition: 0 }))
    await producer.send({ topic: link.topic('impressions.v1'), messages })
    let unreadable = 0
    for await (const page of servedPages(link, 0, () => unreadable++))
      expect(page.items).toBeTruthy()
    expect(unreadable).toBe(3)
  })

  it('wait while the broker is away, as many as may; the others are lost, counted and told', async () => {
    const link = await kafka.open()
    const told: string[] = []
    const recorder = pageRecorder(link, {
      ...{ capacity: () => 10, pause: 50 },
      tell: problem => told.push(problem?.message ?? 'well'),
    })
    recorder.record(pageOf(0))
    await expect.poll(async () => (await recorded(link)).length, { timeout: 20_000 }).toBe(1)
    const [node] = kafka.server().nodes
    await node!.stop('SIGKILL')
    for (let i = 1; i <= 25; i++) recorder.record(pageOf(i))
    expect(recorder.lost()).toBe(15)
    expect(told.at(-1)).toBe('served pages are being lost, the queue is full')
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toContain('wait to be recorded')
    await node!.start()
    const names = async () => new Set((await recorded(link)).map(({ requestId }) => requestId))
    await expect.poll(async () => (await names()).size, { timeout: 60_000 }).toBe(11)
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toBe('well')
    expect(told).toContain('15 served pages were lost')
    await recorder.close()
    expect(recorder.lost()).toBe(15)
  }, 120_000)

  it('that wait when it closes are lost, and told', async () => {
    const link = await kafka.open()
    const told: string[] = []
    const recorder = pageRecorder(link, {
      ...{ capacity: () => 10, pause: 10 },
      tell: problem => told.push(problem?.message ?? 'well'),
    })
    await (await link.admin()).deleteTopics({ topics: [link.topic('impressions.v1')] })
    await expect
      .poll(async () => (await link.admin()).listTopics(), { timeout: 20_000 })
      .not.toContain(link.topic('impressions.v1'))
    recorder.record(pageOf(1))
    await expect.poll(() => told.at(-1), { timeout: 20_000 }).toContain('has no topic')
    await recorder.close()
    expect(told.at(-1)).toBe('1 served pages were lost')
    recorder.record(pageOf(2))
    expect(recorder.lost()).toBe(2)
  }, 60_000)
})
