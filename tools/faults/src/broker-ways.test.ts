import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { startWays } from './broker-ways.ts'

it("stands between a process and its brokers, and between no other's", async () => {
  let connections = 0
  const broker = createServer(socket => {
    connections++
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(broker, 'listening')
  onTestFinished(() => void broker.close())
  const { port } = broker.address() as { port: number }
  const { proxies, ways } = await startWays([`127.0.0.1:${port}`])
  onTestFinished(async () => {
    for (const proxy of proxies) await proxy.close()
  })

  /** As kafkajs connects: by node:net, at the broker's own address. */
  const script = `
    const { goBy } = await import(${JSON.stringify(new URL('./broker-ways.ts', import.meta.url).href)})
    const { default: net } = await import('node:net')
    if (process.argv[2] === 'by') goBy(${JSON.stringify(ways)})
    const socket = net.connect({ host: '127.0.0.1', port: ${port} })
    socket.on('error', () => {}).on('close', () => process.exit(1))
    setTimeout(() => process.exit(0), 300)`
  const connects = async (how: 'by' | 'past'): Promise<number | null> => {
    const child = fork('-', [how], { execArgv: ['--input-type=module', '-e', script] })
    return (await once(child, 'exit'))[0] as number | null
  }
  expect([await connects('past'), await connects('by')]).toEqual([0, 0])
  expect(connections).toBe(2)
  for (const proxy of proxies) proxy.set('cut')
  expect([await connects('past'), await connects('by')]).toEqual([0, 1])
  expect(connections).toBe(3)
})
