import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lmdbEventLog, openLmdb } from '@explore/adapters'
import { type Event, type EventLog, hash32 } from '@explore/explore'

/** A log of several partitions in a folder, which processes share: a broker that never fails. */
export const partitionedLog = (folder: string, partitions: number): EventLog => {
  const parts = Array.from({ length: partitions }, (_, partition) => {
    const path = join(folder, `${partition}`)
    mkdirSync(path, { recursive: true })
    const env = openLmdb(path, { durable: false })
    return { env, log: lmdbEventLog(env) }
  })
  return {
    partitions,
    append: async events => {
      const by = Map.groupBy(events, (event: Event) => hash32(`${event.userId}`) % partitions)
      await Promise.all(Array.from(by, ([partition, some]) => parts[partition]!.log.append(some)))
    },
    read: (from, max, partition = 0) => parts[partition]!.log.read(from, max),
    end: (partition = 0) => parts[partition]!.log.end(),
    close: async () => {
      await Promise.all(parts.map(({ env }) => env.close()))
    },
  }
}
