import type { Cluster, Redis } from 'ioredis'
import { redisError } from './redis-error.ts'
import { redisTarget, type RedisTarget } from './redis-target.ts'

/** Bulk strings come as buffers: states are bytes. */
export type Reply = Buffer | number | null | readonly Reply[]
export type Argument = string | number | Uint8Array

/** One connection, or one to each node of a cluster. What is asked for within one turn goes out together. */
export interface RedisLink {
  readonly target: RedisTarget
  /** Rejects with STORE_UNREACHABLE, STORE_FORBIDDEN, STORE_READ_ONLY or STORE_FULL. */
  readonly send: (command: string, ...args: readonly Argument[]) => Promise<Reply>
  /** Runs Lua at once or not at all; all keys are of one slot. */
  readonly run: (
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ) => Promise<Reply>
  /** Works on each master by itself, with what sends commands to that one. */
  readonly each: <T>(work: (send: RedisLink['send']) => Promise<T>) => Promise<readonly T[]>
  readonly close: () => Promise<void>
}

export interface Script {
  readonly lua: string
  /** The name that Redis gives it. */
  readonly sha1: string
}

/** A command that takes longer has failed for its caller, who asks again or does without. */
const TIMEOUT = 2000

/** Opens the Redis or Redis Cluster at `url`; throws SETTING_INVALID. It connects, and connects again, by itself. */
export const openRedis = async (
  url: string,
  { timeout = TIMEOUT }: { readonly timeout?: number } = {},
): Promise<RedisLink> => {
  const target = redisTarget(url)
  const { Cluster, Command, Redis } = await import('ioredis')
  const { host, port, username, password, db, tls } = target
  const options = {
    ...{ username, password, ...(tls && { tls: { ...tls } }) },
    protocol: 2,
    connectTimeout: timeout,
    // A connection on which nothing comes back is dead, though nobody said so.
    socketTimeout: 2 * timeout,
    // What was under way when a connection broke may be done or not: its caller must know.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    retryStrategy: (times: number) => Math.min(25 * 2 ** times, 1000),
  } as const
  const client: Redis | Cluster = target.cluster
    ? new Cluster([{ host, port }], {
        redisOptions: options,
        clusterRetryStrategy: options.retryStrategy,
        maxRedirections: 5,
      })
    : new Redis({ ...options, host, port, db })
  /** Why there is no connection: what commands are told is only that there is none. */
  let trouble: unknown
  client.on('error', error => (trouble = error))
  client.on('ready', () => (trouble = undefined))

  const commandOf = (command: string, args: readonly Argument[]) =>
    new Command(command.toLowerCase(), args.map(argumentOf), { replyEncoding: null })
  const attempt = async (work: () => Promise<unknown>): Promise<Reply> => {
    try {
      // The library's own limit does not hold while it looks for a cluster's nodes.
      return (await inTime(work(), timeout)) as Reply
    } catch (error) {
      throw redisError(target, isNews(error) ? error : (trouble ?? error))
    }
  }
  const send = (command: string, ...args: readonly Argument[]): Promise<Reply> =>
    attempt(() => client.sendCommand(commandOf(command, args)) as Promise<unknown>)

  return {
    target,
    send,
    run: async ({ lua, sha1 }, keys, args) => {
      try {
        return await send('EVALSHA', sha1, keys.length, ...keys, ...args)
      } catch (error) {
        if (!/NOSCRIPT/.test((error as Error).message)) throw error
        return send('EVAL', lua, keys.length, ...keys, ...args)
      }
    },
    each: async work => {
      // A cluster knows its nodes once a command has gone through.
      if (client instanceof Cluster) await send('GET', target.prefix)
      const nodes = client instanceof Cluster ? client.nodes('master') : [client]
      return Promise.all(
        nodes.map(node =>
          work((command, ...args) =>
            attempt(() => node.sendCommand(commandOf(command, args)) as Promise<unknown>),
          ),
        ),
      )
    },
    close: async () => client.disconnect(),
  }
}

const inTime = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The library knows no other bytes than buffers. */
const argumentOf = (argument: Argument): string | number | Buffer =>
  argument instanceof Uint8Array && !Buffer.isBuffer(argument)
    ? Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength)
    : argument

/** Whether an error is the server's own answer, and not the library's word for a connection that is gone. */
const isNews = (error: unknown): boolean => (error as Error).name === 'ReplyError'
