import { ExploreError } from '@explore/explore'
import { untilStopped } from '@explore/gateway'
import { startKafka, startRedis, whyNoKafka, whyNoRedis } from '@explore/servers'

export interface DevOptions {
  readonly nodes: number
  readonly port?: number
  readonly json?: boolean
}

const say = (what: string): void => console.error(`explore: ${what} …`)

/** A real server for development in the foreground, empty at first; gone with its data at Ctrl-C. */
export const dev = async (what: string, { nodes, port, json }: DevOptions): Promise<void> => {
  const server = await serverOf(what, nodes, port)
  const { url } = server
  if (json) console.log(JSON.stringify({ url, nodes: server.nodes.map(({ address }) => address) }))
  else console.log(`explore: ${what} on ${url}, until Ctrl-C; its data go with it`)
  await untilStopped()
  await server.stop()
}

const serverOf = (what: string, nodes: number, port: number | undefined) => {
  if (what === 'kafka') {
    if (nodes !== 1 && nodes !== 3) throw new ExploreError('USAGE', 'kafka has 1 or 3 nodes')
    return need(whyNoKafka(), () => startKafka({ nodes, port: port ?? 19_092, say }))
  }
  if (what === 'redis') {
    if (nodes !== 1 && nodes < 3) throw new ExploreError('USAGE', 'a cluster has 3 nodes or more')
    return need(whyNoRedis(), () =>
      startRedis({ port: port ?? 16_379, ...(nodes > 1 && { cluster: nodes }) }),
    )
  }
  throw new ExploreError('USAGE', `there is no ${what}: kafka or redis`)
}

const need = <T>(missing: string | undefined, start: () => Promise<T>): Promise<T> => {
  if (missing === undefined) return start()
  const hint = 'on Debian: apt-get install openjdk-17-jre-headless maven redis-server'
  throw new ExploreError('SERVER_UNREACHABLE', missing, { hint })
}
