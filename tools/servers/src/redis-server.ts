import { contained } from './contained.ts'
import { hasCommand } from './has-command.ts'
import { nativeRedis } from './native-redis.ts'
import { startSomewhere, whyNowhere } from './ways.ts'

export interface RedisOptions {
  /** Masters of a Redis Cluster without replicas; default: one Redis that is no cluster. */
  readonly cluster?: number
  /** Lines of redis.conf as arguments: ['--maxmemory', '10mb'] */
  readonly settings?: readonly string[]
  /** Of the first node. Default: any. */
  readonly port?: number
  /** As processes of this machine: the settings name its files, or signals must have been heard at once. */
  readonly local?: boolean
}

export interface RedisNode {
  readonly address: string
  readonly start: () => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  readonly stop: (name?: NodeJS.Signals) => Promise<void>
}

export interface RedisServer {
  /** As the product's settings take it. */
  readonly url: string
  readonly nodes: readonly RedisNode[]
  readonly stop: () => Promise<void>
}

export const REDIS_IMAGE = 'docker.io/library/redis:7-bookworm'

const PLACE = { variable: 'EXPLORE_TEST_REDIS', image: REDIS_IMAGE } as const

const whyNotNative = (): string | undefined =>
  hasCommand('redis-server') ? undefined : 'no redis-server'

/** Why there is no Redis for tests here; undefined where there is. `own`: one whose nodes can be killed. */
export const whyNoRedis = ({ own = false } = {}): string | undefined =>
  whyNowhere(PLACE, own, whyNotNative)

/** A Redis for tests and development: the one that is given, else one in a container, else the distribution's. */
export const startRedis = (options: RedisOptions = {}): Promise<RedisServer> =>
  startSomewhere<RedisServer>({
    ...PLACE,
    local: (options.local ?? false) || options.cluster !== undefined,
    external: url => ({ url, nodes: [], stop: async () => {} }),
    contained: () => containedRedis(options),
    native: () => nativeRedis(options),
  })

const containedRedis = async ({ settings = [], port }: RedisOptions): Promise<RedisServer> => {
  const node = await contained({
    ...{ image: PLACE.image, port: 6379, at: port },
    command: [
      ...['redis-server', '--protected-mode', 'no', '--save', '', '--appendonly', 'yes'],
      ...settings,
    ],
    ready: /Ready to accept connections/,
  })
  return { url: `redis://${node.address}/`, nodes: [node], stop: node.remove }
}
