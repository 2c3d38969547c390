import type { StageName } from '@explore/rpc'
import { type Member, startMember } from './fleet-member.ts'
import { stageVariable } from './stage-environment.ts'

export interface FleetOptions {
  readonly home: string
  readonly host: string
  /** Of the gateway. */
  readonly port: number
  /** Of the first service; the others follow. 0: any. */
  readonly firstPort: number
  readonly shards: number
  /** The command that runs `serve SERVICE …`: the program and its first arguments. */
  readonly command: readonly string[]
  readonly wall: () => number
  /** Puts something in the way to a service: where those shall ask that would ask it. */
  readonly through?: (name: string, url: string) => Promise<string>
}

export interface Fleet {
  /** The gateway last. */
  readonly members: readonly Member[]
  /** Rejects when a process ends that nobody told to. */
  readonly failed: Promise<never>
  /** Ends the gateway first, then what it asks. */
  readonly close: () => Promise<void>
}

/** The command line that this process was started by, with V8's options, which a process does not inherit. */
export const ownCommand = (): readonly string[] => [
  process.execPath,
  ...process.execArgv,
  process.argv[1]!,
]

/** Starts every service of the funnel as a process of its own on this machine, and the gateway over them. */
export const localFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { home, host, shards, wall } = options
  const through = options.through ?? (async (_, url) => url)
  const started: Member[] = []
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  let closing = false
  let next = options.firstPort
  const nextPort = (): number => (next === 0 ? 0 : next++)

  /** Resolves with the address at which others shall ask it. */
  const start = async (
    service: string,
    name: string,
    port: number,
    more: { readonly args?: readonly string[]; readonly environment?: NodeJS.ProcessEnv } = {},
  ): Promise<string> => {
    const at = ['--home', home, '--host', host, ...(more.args ?? [])]
    const member = await startMember(name, {
      command: [...options.command, 'serve', service, ...at],
      ...{ port, wall, environment: more.environment ?? {} },
      failed: error => closing || failed.reject(error),
    })
    started.push(member)
    return through(name, member.url)
  }

  const close = async (): Promise<void> => {
    closing = true
    for (const member of started.toReversed()) await member.end()
  }

  try {
    const parts = Array.from({ length: shards }, (_, part) => part)
    const index = await Promise.all(
      parts.map(part =>
        start('ann-index', shards === 1 ? 'ann-index' : `ann-index ${part}/${shards}`, nextPort(), {
          args: ['--shard', `${part}/${shards}`],
        }),
      ),
    )
    const asking = { [stageVariable('ann-index')]: index.join(';') }
    const names = ['retrieval-sources', 'first-stage', 'second-stage-mtml', 'value-model-rerank']
    const urls = await Promise.all(
      names.map(name =>
        start(name, name, nextPort(), name === 'retrieval-sources' ? { environment: asking } : {}),
      ),
    )
    const environment = Object.fromEntries(
      names.map((name, i) => [stageVariable(name as StageName), urls[i]]),
    )
    await start('gateway', 'gateway', options.port, { environment })
    const order = ['gateway', ...names].toReversed()
    const rank = ({ name }: Member): number => order.indexOf(name)
    const members = started.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    return { members, failed: failed.promise, close }
  } catch (error) {
    await close()
    throw error
  }
}
