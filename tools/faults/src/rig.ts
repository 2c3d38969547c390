import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lmdbProfileStore, openLmdb, openRedis, openRedisState } from '@explore/adapters'
import { type KafkaServer, type Proxy, type RedisServer, startProxy } from '@explore/servers'
import { type Bus, folderBus, kafkaBus } from './bus.ts'
import { startWays, type Ways } from './broker-ways.ts'
import { startGroup } from './group.ts'
import { ITEMS, startLoad } from './load.ts'
import type { Sabotage } from './sabotage.ts'

const PARTITIONS = 4
const PROCESSORS = 3

/** The servers that rounds share; without a Kafka the log is a folder. */
export interface Servers {
  readonly redis: RedisServer
  readonly kafka?: KafkaServer | undefined
}

let rounds = 0

/** All that one round runs on: a log, a catalogue, a load, three processors, and an empty Redis. */
export const startRig = async (
  { redis, kafka }: Servers,
  { seed, sabotage }: { readonly seed: string; readonly sabotage?: Sabotage | undefined },
) => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-faults-'))
  const url = new URL(redis.url)
  const cluster = url.searchParams.get('cluster') === '1'
  url.searchParams.set('prefix', 'round')
  const direct = await openRedis(url.href)
  await direct.each(send => send('FLUSHALL'))
  const state = await openRedisState(url.href)

  const env = openLmdb(join(folder, 'profiles'))
  const profiles = lmdbProfileStore(env)
  // The others are met in events first.
  const items = Array.from({ length: Math.floor(ITEMS * 0.8) }, (_, i) => ({
    ...{ id: `i${i}`, author: `a${i % 5}`, topics: [`t${i % 3}`, `t${i % 7}`] },
  }))
  await profiles.putItems(items)
  const bus: Bus =
    kafka === undefined
      ? folderBus(folder, PARTITIONS)
      : await kafkaBus(kafka, `round${rounds++}`, PARTITIONS)
  const { log } = bus

  // A cluster's nodes tell their own addresses: there is nothing to stand between.
  const proxies: Proxy[] = []
  for (let i = 0; i < PROCESSORS && !cluster; i++) {
    proxies.push(await startProxy({ host: url.hostname, port: Number(url.port) }))
  }
  const brokerWays: (readonly Proxy[])[] = []
  const ways: Ways[] = []
  for (let i = 0; i < PROCESSORS && kafka !== undefined; i++) {
    const of = await startWays(kafka.brokers)
    brokerWays.push(of.proxies)
    ways.push(of.ways)
  }
  const group = startGroup({
    ...{ members: PROCESSORS, partitions: PARTITIONS, worker: bus.worker, leaveMs: bus.leaveMs },
    optionsOf: member => {
      const own = new URL(url)
      if (!cluster) own.port = `${proxies[member]!.port}`
      return {
        log: bus.address,
        partitions: PARTITIONS,
        profiles: join(folder, 'profiles'),
        state: own.href,
        ...(ways[member] && { ways: ways[member] }),
        ...(sabotage && { sabotage }),
      }
    },
  })
  // A round begins when its processors have.
  while (group.alive() < PROCESSORS) await sleep(20)
  const load = startLoad(log, seed)

  return {
    ...{
      redis,
      kafka,
      bus,
      direct,
      log,
      state,
      profiles,
      proxies,
      brokerWays,
      group,
      load,
      processors: PROCESSORS,
    },
    partitions: PARTITIONS,
    url: url.href,
    close: async (): Promise<void> => {
      await group.close()
      await Promise.all([...proxies, ...brokerWays.flat()].map(proxy => proxy.close()))
      await state.close()
      await direct.close()
      await bus.close()
      await env.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type Rig = Awaited<ReturnType<typeof startRig>>
