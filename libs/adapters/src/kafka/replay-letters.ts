import { decodeRecord } from './decode/decode-record.ts'
import { headersToReplay, type Letter, lettersOf } from './inspect-letters.ts'
import { ACKNOWLEDGE, type KafkaLink } from './open-kafka.ts'
import { deadLetterTopic, TOPICS } from './topics.ts'

export interface ReplayOptions {
  /** Only the letter at this offset; default: all since the last replay. */
  readonly offset?: number
  /** All there are, replayed before or not. */
  readonly all?: boolean
}

/**
 * Sends the records of dead letters again, to the topics that they came from. Sending one twice is safe: an event counts
 * once, an item is what it says. Resolves with how many it sent.
 */
export const replayLetters = async (
  link: KafkaLink,
  { offset, all = false }: ReplayOptions = {},
): Promise<number> => {
  const topic = link.topic(deadLetterTopic(link.target.group).name)
  const groupId = `${topic}.replay`
  const admin = await link.admin()
  const from = offset ?? (all ? 0 : await replayed(link, groupId, topic))
  let sent = 0
  let next = from
  for await (const letter of lettersOf(link, from)) {
    if (offset !== undefined && letter.offset !== offset) break
    await send(link, letter)
    sent++
    next = letter.offset + 1
  }
  if (offset === undefined && sent > 0) {
    const partitions = [{ partition: 0, offset: `${next}` }]
    await link.persist(() => admin.setOffsets({ groupId, topic, partitions }))
  }
  return sent
}

/** Up to where letters have been replayed. */
const replayed = async (link: KafkaLink, groupId: string, topic: string): Promise<number> => {
  const admin = await link.admin()
  const [found] = await link.persist(() => admin.fetchOffsets({ groupId, topics: [topic] }))
  return Math.max(0, Number(found?.partitions[0]?.offset ?? 0))
}

const send = async (link: KafkaLink, letter: Letter): Promise<void> => {
  const producer = await link.producer()
  const message = {
    key: keyOf(link, letter),
    value: letter.value,
    headers: headersToReplay(letter),
  }
  await link.attempt(() =>
    producer.send({ topic: letter.topic, messages: [message], acks: -1, timeout: ACKNOWLEDGE }),
  )
}

/** An event goes where its user's are, whatever key it had: a wrong one may be why it is here. */
const keyOf = (link: KafkaLink, { topic, key, value, headers }: Letter): Buffer | string | null => {
  if (topic !== link.topic(TOPICS.events.name)) return key
  try {
    const { userId } = decodeRecord('Event', { value, headers }).row
    return typeof userId === 'string' && userId !== '' ? userId : key
  } catch {
    return key
  }
}
