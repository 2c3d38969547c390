import { finishPendingImport, homeAt, lockHome, silent } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { serveStage, stages } from '@explore/fleet'
import { serve as serveGateway, untilStopped } from '@explore/gateway'
import type { StageName } from '@explore/rpc'

export interface ServeOptions {
  readonly home: string
  readonly host: string
  readonly port?: number
  readonly shard?: string
}

/** Serves one service of the fleet in the foreground; the line that it prints says where. */
export const serve = async (service: string, options: ServeOptions): Promise<void> => {
  const running = await (service === 'gateway' ? gateway : stage(service))(options)
  console.log(`explore: ${service} on ${running.url}`)
  await untilStopped()
  await running.close()
}

const gateway = async ({ home: path, host, port = 8080 }: ServeOptions) => {
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

const stage =
  (name: string) =>
  ({ home, host, port, shard }: ServeOptions) => {
    if (!Object.hasOwn(stages, name)) {
      const names = [...Object.keys(stages), 'gateway'].join(', ')
      throw new ExploreError('USAGE', `there is no service ${name}: ${names}`)
    }
    return serveStage(homeAt(home), name as StageName, {
      ...{ host, port: port ?? stages[name as StageName].port, wall: Date.now },
      environment: { ...process.env, ...(shard !== undefined && { EXPLORE_SHARD: shard }) },
      onError: error => console.error(`${name}: ${error.message}`),
    })
  }
