import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * passes: bytes go through; stalled: they wait, on open connections; cut: connections break and are refused; slow: bytes
 * come late, in order; corrupt: of all that is sent at once a bit comes wrong.
 */
export type ProxyMode = 'passes' | 'stalled' | 'cut' | 'slow' | 'corrupt'

/** A TCP proxy in whose way a test can stand. */
export interface Proxy {
  readonly port: number
  readonly set: (mode: ProxyMode) => void
  readonly close: () => Promise<void>
}

interface ProxyOptions {
  /** How late bytes come where the way is slow. */
  readonly slowMs?: number
  /** Which bit comes wrong where it is corrupt. */
  readonly random?: () => number
}

export const startProxy = async (
  target: { readonly host: string; readonly port: number },
  { slowMs = 1000, random = Math.random }: ProxyOptions = {},
): Promise<Proxy> => {
  let mode: ProxyMode = 'passes'
  const pairs = new Set<readonly [Socket, Socket]>()

  /** Hands on what comes, never one piece before another. */
  const relay = (from: Socket, to: Socket): void => {
    let late = Promise.resolve()
    let waiting = 0
    from.on('data', bytes => {
      const sent = mode === 'corrupt' ? damaged(bytes, random) : bytes
      if (mode !== 'slow' && waiting === 0) return void to.write(sent)
      waiting++
      const due = mode === 'slow' ? sleep(slowMs) : undefined
      late = Promise.all([late, due]).then(() => {
        waiting--
        if (!to.destroyed) to.write(sent)
      })
    })
  }

  const server = createServer(near => {
    if (mode === 'cut') return void near.destroy()
    const far = connect(target)
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near] as const]) {
      relay(from, to)
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

/** A copy in which one bit is another. */
const damaged = (bytes: Buffer, random: () => number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[Math.floor(random() * copy.length)]! ^= 1 << Math.floor(random() * 8)
  return copy
}
