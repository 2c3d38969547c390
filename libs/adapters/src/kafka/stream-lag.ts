import type { StateStore } from '@explore/explore'
import { partitionsOf } from './create-topics.ts'
import type { KafkaLink } from './open-kafka.ts'
import { TOPICS } from './topics.ts'

export interface PartitionLag {
  readonly partition: number
  readonly begin: number
  /** Up to where the state is folded. */
  readonly watermark: number
  readonly end: number
  readonly lag: number
}

/** How far the state is behind the log: by its own watermarks, not by what a consumer group has committed. */
export const streamLag = async (
  link: KafkaLink,
  state: Pick<StateStore, 'watermark'>,
): Promise<readonly PartitionLag[]> => {
  const topic = link.topic(TOPICS.events.name)
  const count = await partitionsOf(link, topic)
  return Promise.all(
    Array.from({ length: count }, async (_, partition): Promise<PartitionLag> => {
      const { low, high } = await link.bounds(topic, partition)
      const watermark = await state.watermark(partition)
      return { partition, begin: low, watermark, end: high, lag: Math.max(0, high - watermark) }
    }),
  )
}
