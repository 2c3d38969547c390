import type { ServedPage } from '@explore/explore'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { KafkaMessage } from 'kafkajs'
import { decodeRecord } from './decode/decode-record.ts'
import { RECORD_SCHEMAS } from './decode/record-schemas.ts'
import type { KafkaLink } from './open-kafka.ts'
import { TOPICS } from './topics.ts'

const check = TypeCompiler.Compile(RECORD_SCHEMAS.ServedPage)
const BATCH = 500

/** The served page of a record; undefined where it holds none. */
const decodeServedPage = (message: KafkaMessage): ServedPage | undefined => {
  try {
    const { row } = decodeRecord('ServedPage', message)
    const page = { degraded: [], ...row, items: itemsOf(row.items) }
    return check.Check(page) ? (page as unknown as ServedPage) : undefined
  } catch {
    return undefined
  }
}

/** Protobuf leaves out an empty list. */
const itemsOf = (items: unknown): unknown =>
  Array.isArray(items) ? items.map(item => ({ sources: [], ...item })) : (items ?? [])

/** What the topic of impressions holds of one partition, up to the end that it has when asked; other records are counted. */
export async function* servedPages(
  link: KafkaLink,
  partition: number,
  onUnreadable: () => void = () => {},
): AsyncGenerator<ServedPage> {
  const topic = link.topic(TOPICS.impressions.name)
  const { low, high } = await link.bounds(topic, partition)
  for (let at = low; at < high;) {
    const { next, messages } = await link.read(topic, partition, at, BATCH)
    if (next <= at) return
    for (const message of messages) {
      const page = decodeServedPage(message)
      if (page === undefined) onUnreadable()
      else yield page
    }
    at = next
  }
}
