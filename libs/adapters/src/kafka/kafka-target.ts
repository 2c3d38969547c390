import { readFileSync } from 'node:fs'
import { ExploreError } from '@explore/explore'
import type { KafkaConfig, SASLOptions } from 'kafkajs'

/** Where a Kafka is and how it is to be used, read from a URL. */
export interface KafkaTarget {
  readonly brokers: readonly string[]
  readonly ssl: KafkaConfig['ssl']
  readonly sasl: SASLOptions | undefined
  /** What all topics begin with: one for each tenant. */
  readonly prefix: string
  /** The consumer group that folds; its dead-letter topic is named after it. */
  readonly group: string
  /** The URL without its password, for messages. */
  readonly name: string
}

const PARAMETERS = ['tls', 'ca', 'cert', 'key', 'mechanism', 'prefix', 'group']
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512']
const BROKER = /^([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i
const NAME = /^[\w.-]{1,64}$/

/**
 * `kafka://user:password@broker1:9092,broker2:9092/?prefix=explore&group=stream-processor`; `tls=1` (with `ca`, `cert`,
 * `key`: files) for TLS, `mechanism` (plain, scram-sha-256, scram-sha-512) for how a user logs in. Throws SETTING_INVALID.
 */
export const kafkaTarget = (url: string): KafkaTarget => {
  const parts = /^kafka:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?@]+)\/?(?:\?(.*))?$/.exec(url)
  if (parts === null) throw invalid('is no kafka://broker:9092 URL')
  const [, user, password, hosts, query] = parts
  const brokers = hosts!.split(',').map(host => {
    if (!BROKER.test(host)) throw invalid(`names ${host}, which is no broker`)
    return /:\d+$/.test(host) ? host : `${host}:9092`
  })
  const parameters = new URLSearchParams(query)
  for (const key of parameters.keys()) {
    if (!PARAMETERS.includes(key)) throw invalid(`has ${key}, but takes ${PARAMETERS.join(', ')}`)
  }
  const parameter = (key: string, otherwise: string, pattern: RegExp): string => {
    const value = parameters.get(key) ?? otherwise
    if (!pattern.test(value)) throw invalid(`has ${key}=${value}, which must match ${pattern}`)
    return value
  }
  const file = (key: string): string | undefined => {
    const path = parameters.get(key)
    return path === null ? undefined : contents(path)
  }
  const mechanism = parameter(
    'mechanism',
    'scram-sha-512',
    new RegExp(`^(${MECHANISMS.join('|')})$`),
  )
  const tls = parameter('tls', '0', /^[01]$/) === '1'
  const ca = file('ca')
  return {
    brokers,
    ssl: tls && { ...(ca !== undefined && { ca: [ca] }), cert: file('cert'), key: file('key') },
    sasl: user
      ? ({
          mechanism,
          username: decodeURIComponent(user),
          password: decodeURIComponent(password ?? ''),
        } as SASLOptions)
      : undefined,
    prefix: parameter('prefix', 'explore', NAME),
    group: parameter('group', 'stream-processor', NAME),
    name: `kafka://${brokers.join(',')}`,
  }
}

const contents = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw invalid(`names ${path}, which cannot be read: ${(cause as Error).message}`, cause)
  }
}

const invalid = (why: string, cause?: unknown): ExploreError =>
  new ExploreError('SETTING_INVALID', `the address of the log ${why}`, { cause })
