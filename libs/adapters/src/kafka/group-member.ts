import type { ExploreError } from '@explore/explore'
import type { Consumer, EachBatchHandler } from 'kafkajs'
import { wantsBroker } from './kafka-error.ts'
import { type KafkaLink, METADATA_AGE, RETRY } from './open-kafka.ts'

/** Partitions by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>

export interface MemberOptions {
  readonly group: string
  readonly topics: readonly string[]
  /** Partitions of which batches are handled at the same time. */
  readonly concurrency: number
  /** A member that is not heard of for so long is taken for dead. */
  readonly sessionMs: number
}

export interface MemberEvents {
  readonly eachBatch: EachBatchHandler
  /** The partitions that are this member's now. */
  readonly assigned: (partitions: Assignment) => void
  /** A broker has answered, if only that there is nothing. */
  readonly fetched: () => void
  /** Hears of what is tried again. */
  readonly tell: (problem: ExploreError) => void
  /** Hears why it is over: the process must end, as kafkajs would idle in it for ever. */
  readonly onFatal: (error: ExploreError) => void
}

/** What a member of a group can be told. */
export interface GroupMember extends Pick<Consumer, 'seek' | 'commitOffsets'> {
  /** Resolves when batches come; rejects with LOG_UNREACHABLE or LOG_FORBIDDEN. */
  readonly join: () => Promise<void>
  /** From here on it does not come back: does what is last, and lets the batches under way end. */
  readonly leave: (last: () => Promise<void>) => Promise<void>
}

/** How often a member hears, within its session's time, that others have gone. */
const BEATS = 20
/** Bounds the memory of a member, and the time that a batch takes. */
const BYTES = 2 ** 20
/** A fetch waits for so much or so long: many small batches would keep everybody busy with fetching. */
const GATHER = { minBytes: 2 ** 16, maxWaitTimeInMs: 25 }
const PAUSE = 2000

/** A member of a group, which joins it anew where kafkajs gives up for want of a broker. */
export const groupMember = (
  link: KafkaLink,
  { group, topics, concurrency, sessionMs }: MemberOptions,
  { eachBatch, assigned, fetched, tell, onFatal }: MemberEvents,
): GroupMember => {
  let leaving = false
  /** The one in force. */
  let consumer!: Consumer

  const join = async (): Promise<void> => {
    const made = link.kafka.consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      heartbeatInterval: Math.floor(sessionMs / BEATS),
      rebalanceTimeout: 3 * sessionMs,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_AGE,
      ...GATHER,
      maxBytesPerPartition: BYTES,
      // An outage is waited for; what waiting does not mend comes as a crash.
      retry: {
        ...RETRY,
        retries: 1000,
        restartOnFailure: async () => true,
      },
    })
    made.on(made.events.FETCH, fetched)
    made.on(made.events.GROUP_JOIN, ({ payload }) => assigned(payload.memberAssignment))
    made.on(made.events.CRASH, ({ payload }) => {
      const error = link.error(payload.error)
      if (payload.restart) tell(error)
      else if (leaving) return
      else if (wantsBroker(payload.error)) {
        tell(error)
        void rejoin()
      } else onFatal(error)
    })
    consumer = made
    await link.attempt(async () => {
      await made.connect()
      await made.subscribe({ topics: [...topics], fromBeginning: true })
      await made.run({
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        autoCommit: false,
        eachBatch,
      })
    })
  }
  const rejoin = async (): Promise<void> => {
    while (!leaving) {
      await end(consumer)
      await new Promise(resolve => setTimeout(resolve, PAUSE))
      try {
        return await join()
      } catch (thrown) {
        tell(link.error(thrown))
      }
    }
  }

  return {
    join,
    leave: async last => {
      leaving = true
      await last()
      await end(consumer)
    },
    seek: place => consumer.seek(place),
    commitOffsets: places => consumer.commitOffsets(places),
  }
}

const end = async (consumer: Consumer): Promise<void> => {
  await consumer.stop().catch(() => {})
  await consumer.disconnect().catch(() => {})
}
