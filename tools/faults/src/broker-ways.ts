import net from 'node:net'
import { type Proxy, startProxy } from '@explore/servers'

/** A processor's ways to the brokers: by a broker's port the port at which its proxy listens. */
export type Ways = Readonly<Record<number, number>>

/** Proxies between one processor and each broker. */
export const startWays = async (
  brokers: readonly string[],
): Promise<{ readonly proxies: readonly Proxy[]; readonly ways: Ways }> => {
  const proxies: Proxy[] = []
  const ways: Record<number, number> = {}
  for (const broker of brokers) {
    const port = Number(broker.split(':').at(-1))
    const proxy = await startProxy({ host: '127.0.0.1', port })
    proxies.push(proxy)
    ways[port] = proxy.port
  }
  return { proxies, ways }
}

/**
 * Makes this process's connections to the brokers go by the proxies: brokers tell their clients their own addresses, so
 * nothing can stand between by an address alone.
 */
export const goBy = (ways: Ways): void => {
  const connect = net.connect as unknown as (...args: unknown[]) => net.Socket
  const redirected = (options: unknown, ...rest: unknown[]): net.Socket => {
    const { port } = Object(options) as { readonly port?: number }
    const way = port === undefined ? undefined : ways[port]
    return connect(way === undefined ? options : { ...Object(options), port: way }, ...rest)
  }
  Object.assign(net, { connect: redirected })
}
