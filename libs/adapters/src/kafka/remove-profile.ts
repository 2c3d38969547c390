import { partitionsOf } from './create-topics.ts'
import type { KafkaLink } from './open-kafka.ts'
import { sendWhole } from './send-whole.ts'
import { TOPICS } from './topics.ts'

/** Sends a viewer's removal to their topic, whose compaction then drops what it said of them. */
export const removeProfileRecord = async (link: KafkaLink, user: string): Promise<void> => {
  const topic = link.topic(TOPICS.users.name)
  const partitions = await partitionsOf(link, topic)
  await sendWhole(link, { topic, partitions }, [{ key: user, value: null }])
}
