import net from 'node:net'
import tls from 'node:tls'
import type { ISocketFactory } from 'kafkajs'

const KEEP_ALIVE_MS = 60_000

/**
 * Connects to a broker as kafkajs does by itself, and lets it tell a socket that is gone not to keep the process, which it
 * does anew at each try: Node notes each telling for when the socket connects, and warns of a leak at the eleventh.
 */
export const kafkaSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const named = net.isIP(host) ? {} : { servername: host }
  const socket = ssl
    ? tls.connect({ host, port, ...named, ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  const unref = socket.unref.bind(socket)
  return Object.assign(socket, { unref: () => (socket.destroyed ? socket : unref()) })
}
