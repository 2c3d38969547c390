import { finishPendingImport, homeAt, lockHome, silent } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { serveStage, stages } from '@explore/fleet'
import { serve as serveGateway, untilStopped } from '@explore/gateway'
import type { StageName } from '@explore/rpc'
import { serve as serveProcessor } from '@explore/stream-processor'

export interface ServeOptions {
  readonly home: string
  readonly host: string
  readonly port?: number
  readonly shard?: string
}

interface Running {
  readonly url: string
  /** Rejects when it cannot go on. */
  readonly failed?: Promise<never>
  readonly close: () => Promise<void>
}

/** What has not ended so long after it was told to is not waited for: nothing that was acknowledged is lost with it. */
const DRAIN = 25_000

/** Serves one service of the fleet in the foreground; the line that it prints says where. */
export const serve = async (service: string, options: ServeOptions): Promise<void> => {
  // From the start: the first process of a container hears no signal that it does not ask for.
  const stopped = untilStopped()
  const running = await startOf(service)(options)
  console.log(`explore: ${service} on ${running.url}`)
  try {
    await Promise.race([stopped, running.failed ?? stopped])
  } finally {
    setTimeout(() => process.exit(), DRAIN).unref()
    await running.close()
  }
}

const startOf = (service: string): ((options: ServeOptions) => Promise<Running>) => {
  if (service === 'gateway') return gateway
  if (service === 'stream-processor') return streamProcessor
  if (Object.hasOwn(stages, service)) return stage(service as StageName)
  const names = [...Object.keys(stages), 'gateway', 'stream-processor'].join(', ')
  throw new ExploreError('USAGE', `there is no service ${service}: ${names}`)
}

const gateway = async ({ home: path, host, port = 8080 }: ServeOptions): Promise<Running> => {
  const home = homeAt(path)
  const lock = await lockHome(home, 'serve gateway')
  await finishPendingImport(home, silent)
  const { EXPLORE_GRPC_PORT: grpcPort } = process.env
  const running = await serveGateway(home, {
    ...{ host, port, grpcPort: grpcPort === undefined ? undefined : Number(grpcPort) },
  })
  lock.holder.url = running.url
  const close = async (): Promise<void> => {
    await running.close()
    await lock.release()
  }
  return { url: running.url, close }
}

const streamProcessor = ({ home, host, port }: ServeOptions): Promise<Running> => {
  const { EXPLORE_EVENTS = 'kafka://127.0.0.1:9092', EXPLORE_METRICS_PORT = '8090' } = process.env
  // It has one port of its own, which tells its metrics too.
  const address = { host, port: port ?? Number(EXPLORE_METRICS_PORT) }
  return serveProcessor(homeAt(home), EXPLORE_EVENTS, address)
}

const stage =
  (name: StageName) =>
  ({ home, host, port, shard }: ServeOptions): Promise<Running> =>
    serveStage(homeAt(home), name, {
      ...{ host, port: port ?? stages[name].port, wall: Date.now },
      environment: { ...process.env, ...(shard !== undefined && { EXPLORE_SHARD: shard }) },
      onError: error => console.error(`${name}: ${error.message}`),
    })
