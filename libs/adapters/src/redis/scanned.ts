import type { RedisLink } from './open-redis.ts'

/** The keys of one node that fit a pattern, as SCAN finds them: each at least once. */
export const scanned = async (send: RedisLink['send'], match: string): Promise<string[]> => {
  const found: string[] = []
  let cursor = '0'
  do {
    const reply = await send('SCAN', cursor, 'MATCH', match, 'COUNT', 1000)
    const [next, keys] = reply as readonly [Buffer, readonly Buffer[]]
    for (const key of keys) found.push(`${key}`)
    cursor = `${next}`
  } while (cursor !== '0')
  return found
}

/** Text that stands for itself in a pattern. */
export const globless = (text: string): string => text.replace(/[\\*?[\]^-]/g, '\\$&')
