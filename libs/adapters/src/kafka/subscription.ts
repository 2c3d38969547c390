import { ExploreError } from '@explore/explore'
import type { EachBatchPayload } from 'kafkajs'
import { commitHints, type Held } from './commit-hints.ts'
import { type Assignment, groupMember, type MemberOptions } from './group-member.ts'
import type { KafkaLink } from './open-kafka.ts'
import type { RawBatch } from './raw-reader.ts'

/** Called for batch after batch of a partition, one at a time. */
export interface BatchHandler {
  /**
   * Resolves with the offset to read on from: `batch.next`, or another where the batch was refused. Rejects where
   * something else is at fault than the records, and then gets them again.
   */
  readonly handle: (topic: string, partition: number, batch: RawBatch) => Promise<number>
  /** Where a partition is to be read on from, as far as the handler's store knows. */
  readonly place?: (topic: string, partition: number) => Promise<number>
  /** The partitions that are this member's now: what it remembers of others is stale. */
  readonly assigned?: (partitions: Assignment) => void
}

export interface SubscriptionOptions
  extends
    Pick<MemberOptions, 'group' | 'topics'>,
    Partial<Pick<MemberOptions, 'concurrency' | 'sessionMs'>> {
  /** Most records of one batch. */
  readonly maxBatch?: number
  /** Hears of what is tried again and of what records are gone, and when it gets on once more. */
  readonly tell: (problem: ExploreError | undefined) => void
  /** Hears why it is over: the process must end, as kafkajs would idle in it for ever. */
  readonly onFatal: (error: ExploreError) => void
  readonly now: () => number
}

export interface Subscription {
  /** When it last got on: took a batch, or found that there was none. */
  readonly lastProgress: () => number
  /** Finishes the batches under way, leaves the group. */
  readonly close: () => Promise<void>
}

const SESSION = 10_000
/** Users, counters and boards that several events of a batch touch are written once: of a backlog, much at once. */
const BATCH = 8000
const PAUSE = 250
/** How often a quiet partition's place is looked at: its store may have lost what it had. */
const LOOK = 5000
const MOST_PAUSE = 2000

/** Errors that waiting does not mend. */
const FATAL = new Set(['STATE_NEWER', 'LOG_TRUNCATED', 'LOG_FORBIDDEN', 'STORE_FORBIDDEN'])

/** Reads topics as a member of a group, from where `handle` says: the offsets that Kafka keeps are hints for lag tools. */
export const subscribe = async (
  link: KafkaLink,
  handler: BatchHandler,
  options: SubscriptionOptions,
): Promise<Subscription> => {
  const { group, topics, maxBatch = BATCH, concurrency = 3, sessionMs = SESSION, now } = options
  let progress = now()
  let closing = false
  /** Whether a batch is being handed over again. */
  let waiting = false
  let own: Held[] = []
  /** Where each partition was sent to: a batch that begins elsewhere follows a hole in the log. */
  const sought = new Map<string, number>()

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload
    const { topic, partition, messages } = batch
    const place = `${topic} ${partition}`
    const fetched = Number((batch as unknown as { readonly fetchedOffset: string }).fetchedOffset)
    const wanted = sought.get(place) ?? fetched
    if (wanted !== fetched && !(await isBehindHole(batch, wanted, fetched))) {
      // It was fetched before the member was sent elsewhere.
      member.seek({ topic, partition, offset: `${wanted}` })
      return
    }
    sought.delete(place)
    let first = wanted
    for (let at = 0; at < Math.max(1, messages.length); at += maxBatch) {
      if (!isRunning() || isStale()) return
      const chunk = messages.slice(at, at + maxBatch)
      const last = at + maxBatch >= messages.length
      const next = 1 + Number(last ? batch.lastOffset() : chunk.at(-1)!.offset)
      const on = await patiently(payload, { first, next, messages: chunk })
      if (on === undefined) return
      progress = now()
      const held = own.find(each => each.topic === topic && each.partition === partition)
      if (held !== undefined) held.reached = on
      if (on !== next) {
        sought.set(place, on)
        member.seek({ topic, partition, offset: `${on}` })
        return
      }
      resolveOffset(`${next - 1}`)
      first = next
      await heartbeat()
    }
  }

  const hints = commitHints(
    places => member.commitOffsets(places),
    () => own,
  )

  /**
   * Sends quiet partitions to where the store is, should it have less than was handled: with what Kafka keeps for the
   * group alone, they would wait for their next record.
   */
  const look = async (): Promise<void> => {
    const partitions = own
    for (const held of partitions) {
      const { topic, partition, reached = Infinity } = held
      const at = await handler.place!(topic, partition)
      if (own !== partitions || closing) return
      if (at >= reached) continue
      held.reached = at
      sought.set(`${topic} ${partition}`, at)
      member.seek({ topic, partition, offset: `${at}` })
    }
  }
  // A store that does not answer is told of where a batch needs it.
  const looking = (): void => void look().catch(() => {})
  const timer = handler.place && setInterval(looking, LOOK).unref()

  /** Hands a batch over until it is taken; undefined where the member has to let go of it. */
  const patiently = async (
    { batch, heartbeat, isRunning, isStale }: EachBatchPayload,
    part: RawBatch,
  ): Promise<number | undefined> => {
    for (let pause = PAUSE; ; pause = Math.min(2 * pause, MOST_PAUSE)) {
      try {
        const on = await handler.handle(batch.topic, batch.partition, part)
        waiting = false
        return on
      } catch (thrown) {
        const error = link.error(thrown)
        if (FATAL.has(error.code) || !(thrown instanceof ExploreError)) {
          options.onFatal(thrown instanceof ExploreError ? error : bug(thrown))
          return undefined
        }
        waiting = true
        options.tell(error)
        // It waits for a store, say, and has not hung.
        progress = now()
      }
      await new Promise(resolve => setTimeout(resolve, pause))
      if (!isRunning() || isStale()) return undefined
      await heartbeat()
    }
  }

  /** Whether a batch begins where the log does, and what was wanted is no longer in it. */
  const isBehindHole = async (
    { topic, partition }: EachBatchPayload['batch'],
    wanted: number,
    fetched: number,
  ): Promise<boolean> => {
    const { low, high } = await link.bounds(topic, partition)
    const place = `${topic} ${partition}`
    if (wanted > high) {
      const why = `${place}: the state is folded up to ${wanted}, the log ends at ${high}`
      options.onFatal(new ExploreError('LOG_TRUNCATED', why))
      return false
    }
    if (wanted >= low) return false
    const why = `${place}: offsets ${wanted} to ${fetched - 1} were removed before they were read`
    options.tell(new ExploreError('LOG_TRUNCATED', why))
    return true
  }

  const member = groupMember(
    link,
    { group, topics, concurrency, sessionMs },
    {
      eachBatch,
      assigned: partitions => {
        progress = now()
        sought.clear()
        own = Object.entries(partitions).flatMap(([topic, held]) =>
          held.map(partition => ({ topic, partition })),
        )
        handler.assigned?.(partitions)
        if (handler.place) looking()
      },
      fetched: () => {
        progress = now()
        if (!waiting) options.tell(undefined)
      },
      tell: options.tell,
      onFatal: options.onFatal,
    },
  )
  const close = async (): Promise<void> => {
    closing = true
    clearInterval(timer)
    await member.leave(hints.close)
  }

  await member.join().catch(async (thrown: unknown) => {
    await close()
    throw thrown
  })
  return { lastProgress: () => progress, close }
}

const bug = (cause: unknown): ExploreError =>
  new ExploreError('INTERNAL', `${cause instanceof Error ? cause.stack : cause}`, { cause })
