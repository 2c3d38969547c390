import { readFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'

/** Where a Redis is and how it is to be used, read from a URL. */
export interface RedisTarget {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
  readonly tls: { readonly ca?: string } | undefined
  readonly cluster: boolean
  /** What all keys begin with: one for each tenant. */
  readonly prefix: string
  /** Hash-tagged parts of the state; a log partition writes to one of them. */
  readonly shards: number
  /** How long a user's state outlives its last event; 0: for ever. */
  readonly idleMs: number
  /** The URL without its password, for messages. */
  readonly name: string
}

const PARAMETERS = ['cluster', 'prefix', 'shards', 'idleDays', 'ca']
/** Few, as counters are summed over them; enough for as many masters. */
const CLUSTER_SHARDS = 8

/**
 * `redis://user:password@host:6379/0?prefix=explore&idleDays=90`, `rediss:` for TLS (`ca`: a file of certificates),
 * `cluster=1` (and `shards`, fixed by the first process that opens the store) for Redis Cluster. Throws SETTING_INVALID.
 */
export const redisTarget = (text: string): RedisTarget => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw invalid('is no redis:// or rediss:// URL')
  }
  for (const key of url.searchParams.keys()) {
    if (!PARAMETERS.includes(key)) throw invalid(`has ${key}, but takes ${PARAMETERS.join(', ')}`)
  }
  const parameter = (key: string, otherwise: string, pattern: RegExp): string => {
    const value = url.searchParams.get(key) ?? otherwise
    if (!pattern.test(value)) throw invalid(`has ${key}=${value}, which must match ${pattern}`)
    return value
  }
  const cluster = parameter('cluster', '0', /^[01]$/) === '1'
  const shards = parameter('shards', cluster ? `${CLUSTER_SHARDS}` : '1', /^[1-9]\d{0,2}$/)
  const ca = url.searchParams.get('ca')
  const db = /^\/?(\d{0,4})$/.exec(url.pathname)?.[1]
  if (db === undefined) throw invalid(`has ${url.pathname}, which is no number of a database`)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    db: Number(db),
    tls: url.protocol === 'rediss:' ? (ca === null ? {} : { ca: certificates(ca) }) : undefined,
    cluster,
    // Braces would choose the slot.
    prefix: parameter('prefix', 'explore', /^[\w.:-]{1,64}$/),
    shards: Number(shards),
    idleMs: Number(parameter('idleDays', '0', /^\d{1,4}(\.\d+)?$/)) * 86_400_000,
    name: `${url.protocol}//${url.host}`,
  }
}

const certificates = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw invalid(`names ${file}, which cannot be read: ${(cause as Error).message}`, cause)
  }
}

const invalid = (why: string, cause?: unknown): ExploreError =>
  new ExploreError('SETTING_INVALID', `the address of the store ${why}`, { cause })
