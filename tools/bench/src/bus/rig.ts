import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import {
  createTopics,
  kafkaEventLog,
  openKafka,
  openRedisState,
  partitionOf,
} from '@explore/adapters'
import { type Home, openStores } from '@explore/embedded'
import { type Event, ExploreError, settingsFrom } from '@explore/explore'
import { startKafka, startRedis, whyNoKafka, whyNoRedis } from '@explore/servers'
import type { WorkerOptions, WorkerReport } from './worker.ts'

export const PARTITIONS = 8
const SAMPLE = 20_000

/** A process that works on the bus. */
export interface Processor {
  /** Records that it has had. */
  readonly records: () => number
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
}

/** A Kafka and a Redis of their own, with a stream of the home's events as new ones. */
export const openRig = async (home: Home) => {
  const why = whyNoKafka() ?? whyNoRedis()
  if (why !== undefined) throw new ExploreError('USAGE', `there is nothing to measure on: ${why}`)
  const kafka = await startKafka({ local: true })
  const redis = await startRedis({ local: true })
  const prefix = `bench${process.pid}`
  const url = `${kafka.url}/?prefix=${prefix}`
  const link = await openKafka(url)
  await createTopics(link, { partitions: PARTITIONS })
  const settings = settingsFrom()
  const log = await kafkaEventLog(link, { settings: () => settings, now: Date.now })
  const stateUrl = (name: string): string => `${redis.url.replace(/\/*$/, '/')}?prefix=${name}`
  const sample = await sampleOf(home)
  const parts = Array.from({ length: PARTITIONS }, (_, partition) => ({
    events: sample.filter(({ userId }) => partitionOf(userId, PARTITIONS) === partition),
    next: 0,
  }))
  let made = 0
  const children = new Set<ChildProcess>()

  /** An event of the home, now, as a new one. */
  const event = (of = sample[made % sample.length]!): Event => ({
    ...of,
    ...{ eventId: `bench-${made++}`, time: Date.now() },
  })

  return {
    ...{ url, link, log, event },
    events: (count: number): Event[] => Array.from({ length: count }, () => event()),
    /** The next event of a partition's users, in the home's order. */
    eventIn: (partition: number): Event => {
      const { events, next } = parts[partition]!
      parts[partition]!.next = (next + 1) % events.length
      return event(events[next])
    },
    stateUrl,
    openState: (name: string) => openRedisState(stateUrl(name)),
    /** Starts a process that reads from the beginning, as a group of that name does. */
    start: (work: WorkerOptions['work'], group: string, state: string): Processor => {
      const options: WorkerOptions = { work, url: `${url}&group=${group}`, home: home.path }
      const child = fork(
        fileURLToPath(new URL('./worker.ts', import.meta.url)),
        [JSON.stringify(options)],
        { env: { ...process.env, EXPLORE_STATE: stateUrl(state) } },
      )
      children.add(child)
      let records = 0
      child.on('message', (report: WorkerReport) => (records = report.records))
      return {
        records: () => records,
        kill: async (signal = 'SIGKILL') => {
          children.delete(child)
          const exited = once(child, 'exit')
          if (child.exitCode !== null || child.signalCode !== null) return
          child.kill(signal)
          await exited
        },
      }
    },
    close: async (): Promise<void> => {
      for (const child of children) child.kill('SIGKILL')
      await log.close()
      await kafka.stop()
      await redis.stop()
    },
  }
}

export type Rig = Awaited<ReturnType<typeof openRig>>

const sampleOf = async (home: Home): Promise<readonly Event[]> => {
  const { log, close } = await openStores(home)
  try {
    const { events } = await log.read(Math.max(0, (await log.end()) - SAMPLE), SAMPLE)
    if (events.length === 0) throw new ExploreError('TRAIN_DATA', 'the log has no events yet')
    return events
  } finally {
    await close()
  }
}
