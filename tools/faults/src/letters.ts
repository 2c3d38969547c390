import type { KafkaLink } from '@explore/adapters'
import type { EventLog, StateStore } from '@explore/explore'

const CHUNK = 500

/** Each record up to the watermark is an event, or has a dead letter, and not both. */
export const letterViolations = async (
  link: KafkaLink,
  log: EventLog,
  topic: string,
  state: StateStore,
): Promise<readonly string[]> => {
  const letters = await lettersOf(link)
  const violations: string[] = []
  for (let partition = 0; partition < log.partitions; partition++) {
    const watermark = await state.watermark(partition)
    let refused = 0
    for (let at = 0; at < watermark;) {
      const raw = await link.read(topic, partition, at, CHUNK)
      const batch = await log.read(at, CHUNK, partition)
      if (raw.next <= at) break
      at = raw.next
      refused += raw.messages.length - batch.events.length
    }
    const own = [...letters].filter(key => key.startsWith(`${topic}-${partition}-`)).length
    if (own !== refused) {
      violations.push(
        `partition ${partition}: ${refused} records are no events, ${own} have letters`,
      )
    }
  }
  return violations
}

/** Places of the records that have letters; a letter may be written twice. */
const lettersOf = async (link: KafkaLink): Promise<ReadonlySet<string>> => {
  const topic = link.topic(`${link.target.group}.dlq`)
  const places = new Set<string>()
  for (let at = 0; ;) {
    const { next, messages } = await link.read(topic, 0, at, CHUNK)
    for (const { key } of messages) places.add(`${key}`)
    if (next <= at) return places
    at = next
  }
}
