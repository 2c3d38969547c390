import {
  Catalogue,
  type Compared,
  comparison,
  type LogBatch,
  processor,
  type ProcessorCounts,
  type ProfileStore,
  type Settings,
  type StateStore,
  type StreamProcessor,
} from '@explore/explore'
import { partitionsOf } from './create-topics.ts'
import { type DeadLetter, deadLetters } from './dead-letters.ts'
import { decodeEvent } from './decode/decode-event.ts'
import type { KafkaLink } from './open-kafka.ts'
import type { RawBatch } from './raw-reader.ts'
import type { BatchHandler } from './subscription.ts'
import { TOPICS } from './topics.ts'

/** What became of the records, by this process. */
export interface StreamCounts extends ProcessorCounts {
  deadLettered: number
  /** Of a type that is newer than this version. */
  newerType: number
  /** Fields that are newer than this version. */
  unknownFields: number
}

/** With what the second stage predicted, and what happened. */
export interface StreamTally extends StreamCounts {
  readonly compared: Compared
}

export interface EventStreamParts {
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly settings: () => Settings
  readonly now: () => number
}

/** Decoded user states of one partition's processor. */
const CACHED_USERS = 2048

/**
 * From records to state: decode, judge, dead-letter, fold. A record is folded or dead-lettered, and the letter is
 * acknowledged, before the watermark passes it.
 */
export const eventStream = async (
  link: KafkaLink,
  { state, settings, now, ...parts }: EventStreamParts,
): Promise<BatchHandler & { readonly counts: () => StreamTally }> => {
  const topic = link.topic(TOPICS.events.name)
  const partitions = await partitionsOf(link, topic)
  const bury = deadLetters(link)
  const profiles = oneSyncAtATime(parts.profiles)
  const catalogue = new Catalogue()
  const { take, compared } = comparison({ state, catalogue, settings })
  const tally = { deadLettered: 0, newerType: 0, unknownFields: 0 }
  /** Of the partitions that are this member's; what processors gone by have counted. */
  const processors = new Map<number, StreamProcessor>()
  const before: ProcessorCounts = noCounts()

  const processorOf = (partition: number): StreamProcessor => {
    const known = processors.get(partition)
    if (known) return known
    const made = processor({
      ...{ log: NO_LOG, state, profiles, catalogue, partition, cachedUsers: CACHED_USERS },
      folded: take,
      get settings() {
        return settings()
      },
    })
    processors.set(partition, made)
    return made
  }

  return {
    handle: async (from, partition, { first, next, messages }: RawBatch) => {
      const place = { partition, partitions, settings: settings(), now }
      const letters: DeadLetter[] = []
      const events: LogBatch['events'][number][] = []
      const counted = { newerType: 0, unknownFields: 0 }
      for (const message of messages) {
        const decoded = decodeEvent(message, place)
        counted.unknownFields += decoded.unknown
        if ('event' in decoded) events.push(decoded.event)
        else if ('newer' in decoded) counted.newerType++
        else letters.push({ topic: from, partition, message, error: decoded.refused })
      }
      const stream = processorOf(partition)
      // A batch that was folded before, or will be refused, leaves no letters and counts for nothing.
      const sure = letters.length === 0 && stream.watermark() === first
      const fits = sure || (await state.watermark(partition)) === first
      if (fits) await bury(letters)
      const on = await stream.fold({ first, next, events })
      if (fits && on === next) {
        tally.deadLettered += letters.length
        tally.newerType += counted.newerType
        tally.unknownFields += counted.unknownFields
      }
      return on
    },
    place: async (_, partition) => state.watermark(partition),
    assigned: assignment => {
      const own = new Set(assignment[topic] ?? [])
      for (const [partition, { counts }] of processors) {
        if (own.has(partition)) continue
        addTo(before, counts)
        processors.delete(partition)
      }
    },
    counts: () => {
      const sum = { ...before }
      for (const { counts } of processors.values()) addTo(sum, counts)
      return { ...sum, ...tally, compared: compared() }
    },
  }
}

const noCounts = (): ProcessorCounts => ({
  folded: 0,
  repeated: 0,
  unsound: 0,
  unknownItem: 0,
  brokenState: 0,
  forgotten: 0,
})

const addTo = (sum: ProcessorCounts, counts: Readonly<ProcessorCounts>): void => {
  for (const what of Object.keys(sum) as (keyof ProcessorCounts)[]) sum[what] += counts[what]
}

/** Batches are brought to its processors. */
const NO_LOG = { read: (first: number) => ({ first, next: first, events: [] }) }

/** One replica may be brought up to date by one at a time. */
const oneSyncAtATime = (profiles: ProfileStore): ProfileStore => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...profiles,
    sync: catalogue => {
      const next = last.then(() => profiles.sync(catalogue))
      last = next.catch(() => {})
      return next
    },
  }
}
