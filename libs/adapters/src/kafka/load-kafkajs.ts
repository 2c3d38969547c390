import { createRequire } from 'node:module'
import type * as Kafkajs from 'kafkajs'
import { murmur2 } from '../redis/murmur2.ts'
import { codecs } from './codecs.ts'
import { guardTimers } from './timer-guard.ts'

const require = createRequire(import.meta.url)
let loaded: typeof Kafkajs | undefined

/** kafkajs 2.2.4 with what it lacks: see timer-guard.ts and codecs.ts. It is pinned, as its maintainers have left. */
export const loadKafkajs = (): typeof Kafkajs => {
  if (loaded === undefined) {
    loaded = require('kafkajs') as typeof Kafkajs
    const queue = require('kafkajs/src/network/requestQueue') as { readonly prototype: object }
    // Its times are the connection's, as kafkajs reads them.
    guardTimers(queue.prototype, () => performance.timeOrigin + performance.now())
    const made = Object.entries(codecs()).map(([type, codec]) => [type, () => codec] as const)
    Object.assign(loaded.CompressionCodecs, Object.fromEntries(made))
  }
  return loaded
}

/** The partition of a key among `count`, as Java's and kafkajs's default partitioner choose it. */
export const partitionOf = (key: string, count: number): number => murmur2(key) % count
