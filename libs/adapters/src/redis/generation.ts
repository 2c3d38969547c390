import { ExploreError } from '@explore/explore'
import type { RedisLink } from './open-redis.ts'
import { script } from './script.ts'
import { shardTags } from './slot.ts'

/** One fold of the log in Redis. A rebuild makes the next beside it and moves the pointer. */
export interface Generation {
  readonly number: number
  readonly shards: number
}

/** The keys of a generation; those of a shard share a slot. */
export const keysOf = (prefix: string, { number, shards }: Generation) => {
  const bases = shardTags(shards).map(tag => `${prefix}:${number}:{${tag}}:`)
  return {
    shards,
    /** Hash: the watermark by log partition. */
    watermarks: (shard: number) => `${bases[shard]}w`,
    /** Sorted set of equal scores: the users, in key order. */
    index: (shard: number) => `${bases[shard]}i`,
    /** Set: names of boards. */
    boards: (shard: number) => `${bases[shard]}b`,
    user: (shard: number, id: string) => `${bases[shard]}u:${id}`,
    counters: (shard: number, item: number) => `${bases[shard]}c:${item}`,
    board: (shard: number, name: string) => `${bases[shard]}t:${name}`,
    /** What SCAN finds the generation by. */
    pattern: `${prefix}:${number}:{*`,
  }
}

export type Keys = ReturnType<typeof keysOf>

const pointerOf = ({ prefix }: RedisLink['target']): string => `${prefix}:generation`

const parsed = (text: string): Generation => {
  const [, number, shards] = /^(\d+)x(\d+)$/.exec(text) ?? []
  if (number === undefined) throw new ExploreError('STATE_BROKEN', `no generation: ${text}`)
  return { number: Number(number), shards: Number(shards) }
}

const textOf = ({ number, shards }: Generation): string => `${number}x${shards}`

const CURRENT = script(`
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
`)

/** The generation that serves; the first process to ask makes the first one. */
export const currentGeneration = async (link: RedisLink): Promise<Generation> => {
  const first = textOf({ number: 1, shards: link.target.shards })
  const reply = await link.run(CURRENT, [pointerOf(link.target)], [first])
  return parsed(`${reply as Buffer}`)
}

const FLIP = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`)

/** Makes `next` serve instead of `from`; false where another generation does by now. */
export const flipGeneration = async (
  link: RedisLink,
  from: Generation,
  next: Generation,
): Promise<boolean> =>
  (await link.run(FLIP, [pointerOf(link.target)], [textOf(from), textOf(next)])) === 1
