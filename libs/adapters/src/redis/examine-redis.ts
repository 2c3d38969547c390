import { clockFinding } from '../clock-finding.ts'
import type { RedisLink } from './open-redis.ts'

/** One fact about a Redis. `warn` serves on; with `fail` acknowledged state would be lost, or cannot be written. */
export interface RedisFinding {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly hint?: string
}

type Facts = Readonly<Record<string, string>>

/** Without PXAT, ZMSCORE and ZRANGE BYLEX nothing works. */
const LEAST_VERSION = [6, 2] as const

/** Looks at every master: version, role, persistence, eviction, and its clock where `wall` is given. Rejects where one does not answer. */
export const examineRedis = async (
  link: RedisLink,
  wall?: () => number,
): Promise<readonly RedisFinding[]> => {
  const replies = await link.each(send => send('INFO', 'everything'))
  const findings = replies.flatMap(reply =>
    judge(factsOf(`${reply as Buffer}`), link.target.idleMs, wall?.()),
  )
  // Masters that are alike are one line.
  return [...new Map(findings.map(finding => [finding.detail, finding])).values()]
}

const factsOf = (info: string): Facts =>
  Object.fromEntries(
    info
      .split('\r\n')
      .filter(line => line.includes(':'))
      .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )

/** What the INFO of a server, read at `now`, means for a store whose users expire after `idleMs`, 0: never. */
export const judge = (facts: Facts, idleMs: number, now?: number): readonly RedisFinding[] => [
  version(facts),
  ...(facts.role === 'slave'
    ? [{ level: 'fail', detail: 'is a replica, and read-only', hint: 'name the primary' } as const]
    : []),
  persistence(facts),
  eviction(facts, idleMs),
  ...clock(facts, now),
]

const version = ({ redis_version = '0' }: Facts): RedisFinding => {
  const [major, minor] = redis_version.split('.').map(Number) as [number, number]
  const old = major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])
  return old
    ? { level: 'fail', detail: `is version ${redis_version}`, hint: 'use Redis 6.2 or newer' }
    : { level: 'ok', detail: `version ${redis_version}` }
}

const persistence = ({ aof_enabled, rdb_last_bgsave_status, aof_last_write_status }: Facts) => {
  if (aof_last_write_status === 'err' || rdb_last_bgsave_status === 'err') {
    const hint = 'free some disk, and see the log of Redis'
    return { level: 'fail', detail: 'could not write to its disk', hint } as const
  }
  return aof_enabled === '1'
    ? ({ level: 'ok', detail: 'appends to a file: a crash costs a second, folded again' } as const)
    : ({
        level: 'warn',
        detail: 'has no append-only file: a restart loses state, which is then folded again',
        hint: 'appendonly yes',
      } as const)
}

const eviction = ({ maxmemory_policy = 'noeviction' }: Facts, idleMs: number): RedisFinding => {
  const idle = idleMs > 0
  const lasting = maxmemory_policy.startsWith('allkeys-')
  if (lasting || (idle && /^volatile-(?!ttl)/.test(maxmemory_policy))) {
    return {
      level: 'fail',
      detail: `maxmemory-policy ${maxmemory_policy} would drop ${lasting ? 'counters and watermarks' : 'active users'}`,
      hint: idle ? 'maxmemory-policy volatile-ttl' : 'maxmemory-policy volatile-ttl or noeviction',
    }
  }
  return { level: 'ok', detail: `maxmemory-policy ${maxmemory_policy}` }
}

/** Older servers don't say. */
const clock = ({ server_time_usec }: Facts, now: number | undefined): readonly RedisFinding[] =>
  now === undefined || server_time_usec === undefined
    ? []
    : clockFinding('its clock', {
        ...{ ahead: Number(server_time_usec) / 1000 - now, of: 'this machine’s' },
        means: 'sessions and lists expire at the wrong time',
      })
