import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in whose way a test can stand. */
export interface Proxy {
  readonly port: number
  /** passes: bytes go through; stalled: they wait, on open connections; cut: connections break and are refused. */
  readonly set: (mode: 'passes' | 'stalled' | 'cut') => void
  readonly close: () => Promise<void>
}

export const startProxy = async (target: {
  readonly host: string
  readonly port: number
}): Promise<Proxy> => {
  let mode: 'passes' | 'stalled' | 'cut' = 'passes'
  const pairs = new Set<readonly [Socket, Socket]>()

  const server = createServer(near => {
    if (mode === 'cut') return void near.destroy()
    const far = connect(target)
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', bytes => void to.write(bytes))
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
      if (mode === 'stalled') from.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as { port: number }).port,
    set: wanted => {
      mode = wanted
      for (const pair of pairs) {
        for (const socket of pair) {
          if (mode === 'cut') socket.destroy()
          else if (mode === 'stalled') socket.pause()
          else socket.resume()
        }
      }
    },
    close: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
