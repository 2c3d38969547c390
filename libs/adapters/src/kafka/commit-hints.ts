import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from 'kafkajs'

/** A partition that a member has in hand. */
export interface Held {
  readonly topic: string
  readonly partition: number
  /** Up to where it is handled; unknown at first. */
  reached?: number
  /** What of that Kafka has been told. */
  hinted?: number
}

const INTERVAL = 1000
/** A member that leaves does not wait longer for a broker that may be away. */
const LAST = 500

/**
 * Tells Kafka each second where a member's partitions are, for what shows a group's lag or scales by it; beside the work,
 * as kafkajs would have every batch wait for a commit of its own. A commit that fails is made up for by a later one.
 */
export const commitHints = (commit: Consumer['commitOffsets'], held: () => readonly Held[]) => {
  let running: Promise<void> | undefined

  const tell = async (): Promise<void> => {
    const moved = held().filter(({ reached, hinted }) => reached !== hinted)
    if (moved.length === 0) return
    const reached = moved.map(each => each.reached!)
    await commit(moved.map((each, i) => ({ ...each, offset: `${reached[i]}` })))
    for (const [i, each] of moved.entries()) each.hinted = reached[i]!
  }
  const hint = (): Promise<void> =>
    (running ??= tell()
      .catch(() => {})
      .finally(() => (running = undefined)))

  const timer = setInterval(() => void hint(), INTERVAL).unref()
  return {
    close: async (): Promise<void> => {
      clearInterval(timer)
      await Promise.race([hint(), sleep(LAST, undefined, { ref: false })])
    },
  }
}
