import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { startProxy } from './proxy.ts'

const echoThrough = async () => {
  const echo = createServer(socket => socket.on('error', () => {}).pipe(socket))
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const { port } = echo.address() as { port: number }
  const proxy = await startProxy({ host: '127.0.0.1', port }, { slowMs: 60 })
  const socket = connect(proxy.port, '127.0.0.1')
  let heard = ''
  socket.on('data', bytes => (heard += `${bytes}`)).on('error', () => {})
  await once(socket, 'connect')
  onTestFinished(async () => {
    socket.destroy()
    await proxy.close()
    echo.close()
  })
  return { proxy, socket, heard: () => heard }
}

it('passes bytes, holds them back, and lets them go', async () => {
  const { proxy, socket, heard } = await echoThrough()
  socket.write('one')
  await expect.poll(heard).toBe('one')
  proxy.set('stalled')
  socket.write(' two')
  await sleep(60)
  expect(heard()).toBe('one')
  proxy.set('passes')
  await expect.poll(heard).toBe('one two')
})

it('breaks connections and refuses new ones until it passes again', async () => {
  const { proxy, socket } = await echoThrough()
  proxy.set('cut')
  await once(socket, 'close')
  const refused = connect(proxy.port, '127.0.0.1').on('error', () => {})
  await once(refused, 'close')
  proxy.set('passes')
  const again = connect(proxy.port, '127.0.0.1')
  again.write('x')
  const [bytes] = (await once(again, 'data')) as [Buffer]
  expect(`${bytes}`).toBe('x')
  again.destroy()
})

it('hands on late what comes while it is slow, and nothing overtakes it', async () => {
  const { proxy, socket, heard } = await echoThrough()
  proxy.set('slow')
  socket.write('one')
  await sleep(40)
  expect(heard()).toBe('')
  proxy.set('passes')
  socket.write(' two')
  await expect.poll(heard).toBe('one two')
  socket.write(' three')
  await expect.poll(heard).toBe('one two three')
})

it('hands on another bit than came while it is corrupt', async () => {
  const { proxy, socket, heard } = await echoThrough()
  proxy.set('corrupt')
  socket.write('aaaaaaaa')
  await expect.poll(() => heard().length).toBeGreaterThanOrEqual(8)
  expect(heard()).not.toBe('aaaaaaaa')
  proxy.set('passes')
  socket.write('b')
  await expect.poll(() => heard().endsWith('b')).toBe(true)
})
