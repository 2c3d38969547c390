import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ExploreError } from '@explore/explore'
import { sync } from '../bundle/files.ts'
import { chunksOf } from '../chunks-of.ts'
import { openRedis, type RedisLink } from './open-redis.ts'
import { catalogueKeys, PUT_USERS } from './redis-profile-store.ts'

/** A line of a dump: a record or a user as stored, and last what counts them. A later line of an ordinal holds. */
type Line =
  | readonly ['item', ordinal: number, stored: string]
  | readonly ['user', id: string, stored: string]
  | readonly ['meta', id: string, version: number, size: number]

const CHUNK = 500
/** Beyond every version that a process may have read before the store was lost: it reads all of them anew. */
const LEAP = 1_000_000_000

/** Writes the items and users of the Redis at `url` to a file, while others change them: as each was at some moment of it. */
export const dumpRedisProfiles = async (url: string, path: string): Promise<void> => {
  const link = await openRedis(url)
  const text = async function* (): AsyncGenerator<string> {
    for await (const line of linesOf(link)) yield `${JSON.stringify(line)}\n`
  }
  try {
    await pipeline(Readable.from(text()), createZstdCompress(), createWriteStream(path))
    await sync(path)
  } finally {
    await link.close()
  }
}

/** Puts a dump into the Redis at `url`. Throws RESTORE_OCCUPIED where there is a catalogue already. */
export const loadRedisProfiles = async (url: string, path: string): Promise<void> => {
  const link = await openRedis(url)
  const { meta, ordinals, records, changes, users } = catalogueKeys(link.target)
  try {
    if ((await link.send('EXISTS', meta)) === 1) {
      throw new ExploreError('RESTORE_OCCUPIED', `${link.target.name} has items and users already`)
    }
    let last: Extract<Line, readonly ['meta', ...unknown[]]> | undefined
    for await (const lines of readLines(path)) {
      const items = lines.filter(line => line[0] === 'item')
      if (items.length > 0) {
        const idOf = (stored: string): string => (JSON.parse(stored.slice(1)) as [string])[0]
        await link.send('HSET', records, ...items.flatMap(([, at, stored]) => [at, stored]))
        await link.send('HSET', ordinals, ...items.flatMap(([, at, stored]) => [idOf(stored), at]))
      }
      const people = lines.filter(line => line[0] === 'user')
      if (people.length > 0) {
        await link.run(
          PUT_USERS,
          users,
          people.flatMap(([, id, stored]) => [id, stored]),
        )
      }
      last = lines.find(line => line[0] === 'meta') ?? last
    }
    const [, id, before, size] = last!
    const first = before + LEAP
    for (let at = 0; at < size; at += CHUNK) {
      const chunk = Array.from({ length: Math.min(CHUNK, size - at) }, (_, i) => at + i)
      await link.send('ZADD', changes, ...chunk.flatMap(ordinal => [first + ordinal, ordinal]))
    }
    // Last: until then there is no catalogue.
    const version = first + size
    await link.send('HSET', meta, 'id', id, 'size', size, 'version', version)
  } finally {
    await link.close()
  }
}

async function* linesOf(link: RedisLink): AsyncGenerator<Line> {
  const { meta, records, changes, users } = catalogueKeys(link.target)
  const asked = async () => {
    const reply = await link.send('HMGET', meta, 'id', 'version', 'size')
    const [id, version, size] = reply as readonly (Buffer | null)[]
    return { id: `${id}`, version: Number(version ?? 0), size: Number(size ?? 0) }
  }
  const recordsOf = async (wanted: readonly number[]): Promise<Line[]> => {
    if (wanted.length === 0) return []
    const stored = (await link.send('HMGET', records, ...wanted)) as readonly (Buffer | null)[]
    return stored.flatMap((text, i) => (text === null ? [] : [['item', wanted[i]!, `${text}`]]))
  }
  let seen = await asked()
  for (let at = 0; at < seen.size; at += CHUNK) {
    const length = Math.min(CHUNK, seen.size - at)
    yield* await recordsOf(Array.from({ length }, (_, i) => at + i))
  }
  // What changed meanwhile, until nothing has.
  for (let now = await asked(); now.version !== seen.version; now = await asked()) {
    const changed = (await link.send(
      ...(['ZRANGE', changes, `(${seen.version}`, '+inf', 'BYSCORE'] as const),
    )) as readonly Buffer[]
    for (const chunk of chunksOf(changed.map(Number), CHUNK)) yield* await recordsOf(chunk)
    seen = now
  }
  for (let after = '-'; ;) {
    const page = ['BYLEX', 'LIMIT', 0, CHUNK] as const
    const ids = (await link.send('ZRANGE', users[1], after, '+', ...page)) as readonly Buffer[]
    if (ids.length === 0) break
    const stored = (await link.send('HMGET', users[0], ...ids)) as readonly (Buffer | null)[]
    for (const [i, text] of stored.entries())
      if (text !== null) yield ['user', `${ids[i]}`, `${text}`]
    after = `(${ids.at(-1)!}`
  }
  yield ['meta', seen.id, seen.version, seen.size]
}

async function* readLines(path: string): AsyncGenerator<readonly Line[]> {
  const input = createReadStream(path).pipe(createZstdDecompress())
  let lines: Line[] = []
  for await (const line of createInterface({ input })) {
    if (lines.push(JSON.parse(line) as Line) < CHUNK) continue
    yield lines
    lines = []
  }
  yield lines
}
