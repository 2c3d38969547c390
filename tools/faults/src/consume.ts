import { setTimeout as sleep } from 'node:timers/promises'
import { type EventLog, ExploreError, type StreamProcessor } from '@explore/explore'
import type { Sabotage } from './sabotage.ts'

/** Most events of a batch: small, so that a round has many. */
const BATCH = 60
const PAUSE = 100

export interface Consumption {
  readonly log: EventLog
  readonly partition: number
  /** The offset that the group has committed. */
  readonly from: number
  /** Makes the processor; `position` is the offset of the batch in hand. */
  readonly stream: (position: () => number) => StreamProcessor
  readonly sabotage: Sabotage | undefined
  readonly commit: (offset: number) => void
  /** Hears what keeps it from going on, and when it goes on. */
  readonly trouble: (why: string | undefined) => void
  readonly running: () => boolean
}

/** A member's part of a partition: reads on from what was committed, folds, commits what is folded. */
export const consume = async (parts: Consumption): Promise<void> => {
  const { log, partition, sabotage, commit, running, trouble } = parts
  let at = parts.from
  const stream = parts.stream(() => at)
  const first = sabotage === 'commit first'
  while (running()) {
    const batch = await log.read(at, BATCH, partition)
    if (batch.next <= at) {
      await sleep(5)
      continue
    }
    if (first) commit(batch.next)
    const folded = await patiently(() => stream.fold(batch), running, trouble)
    if (folded === undefined) return
    at = first ? batch.next : folded
    if (!first) commit(at)
  }
}

/** Tries again while the store is away; undefined where the member is to let go. */
const patiently = async (
  work: () => Promise<number>,
  running: () => boolean,
  trouble: (why: string | undefined) => void,
): Promise<number | undefined> => {
  while (running()) {
    try {
      const folded = await work()
      trouble(undefined)
      return folded
    } catch (error) {
      if (!(error instanceof ExploreError) || !/^STORE_/.test(error.code)) throw error
      trouble(`${error.code}: ${error.message}`)
      await sleep(PAUSE)
    }
  }
  return undefined
}
