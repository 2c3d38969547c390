import { randomUUID } from 'node:crypto'
import { type KafkaOptions, type KafkaServer, startKafka, whyNoKafka } from '@explore/servers'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createTopics, type TopicWishes } from '../create-topics.ts'
import { type KafkaLink, openKafka } from '../open-kafka.ts'

/**
 * A Kafka for the tests of a file, which are skipped with the reason where there is none. `open` gives a test topics of
 * its own; what it opened is closed after it. `own`: the test will kill nodes.
 */
export const kafkaForTests = ({ own, ...options }: KafkaOptions & { own?: boolean } = {}) => {
  const why = whyNoKafka({ own: own ?? false })
  let server: KafkaServer
  const open: { close: () => Promise<unknown> }[] = []
  beforeAll(async () => {
    if (why === undefined) server = await startKafka({ ...options, local: own ?? false })
  }, 240_000)
  afterAll(() => server?.stop())
  beforeEach(({ skip }) => skip(why !== undefined, why))
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close()
  })
  const closing = <T extends { close: () => Promise<unknown> }>(opened: T): T => {
    open.push(opened)
    return opened
  }
  return {
    server: () => server,
    closing,
    url: (prefix = `t${randomUUID().slice(0, 8)}`) => `${server.url}/?prefix=${prefix}`,
    open: async (wishes: TopicWishes = { partitions: 3 }, url?: string): Promise<KafkaLink> => {
      const prefix = `t${randomUUID().slice(0, 8)}`
      const link = closing(await openKafka(url ?? `${server.url}/?prefix=${prefix}`))
      await createTopics(link, wishes)
      return link
    },
    /** Another client of the same topics, as another process has it. */
    again: async ({ target }: KafkaLink): Promise<KafkaLink> =>
      closing(await openKafka(`${server.url}/?prefix=${target.prefix}`)),
  }
}
