import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { expect, it } from 'vitest'
import { kafkaSocket } from './kafka-socket.ts'

const HERE = '127.0.0.1'
const listening = async (): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer().listen(0, HERE)
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}
const options = (port: number, onConnect = (): void => {}) =>
  ({ host: HERE, port, ssl: undefined, onConnect }) as never

it('connects, and says so', async () => {
  const { server, port } = await listening()
  let connected = 0
  const socket = kafkaSocket(options(port, () => connected++))
  await once(socket, 'connect')
  expect(connected).toBe(1)
  expect(socket.unref()).toBe(socket)
  socket.destroy()
  server.close()
})

it('gathers nothing where it is told again and again that it is of no use', async () => {
  const { server, port } = await listening()
  server.close()
  const socket = kafkaSocket(options(port))
  await once(socket, 'error')
  const before = socket.listenerCount('connect')
  for (let told = 0; told < 20; told++) {
    socket.end()
    socket.unref()
  }
  expect(socket.listenerCount('connect')).toBe(before)
})
