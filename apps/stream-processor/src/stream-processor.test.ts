import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopics, openKafka } from '@explore/adapters'
import { homeAt } from '@explore/embedded'
import { serve } from '@explore/gateway'
import { freePort, type KafkaServer, startKafka, whyNoKafka } from '@explore/servers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'

const why = whyNoKafka({ own: true })
let kafka: KafkaServer
const folder = mkdtempSync(join(tmpdir(), 'explore-bus-'))
beforeAll(async () => {
  if (why === undefined) kafka = await startKafka()
}, 240_000)
beforeEach(({ skip }) => skip(why !== undefined, why))
afterAll(async () => {
  await kafka?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The process as it is deployed. */
const processor = async (environment: Record<string, string>) => {
  const port = await freePort()
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, ...environment, EXPLORE_PORT: `${port}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const vitals = async () =>
    (await fetch(`http://127.0.0.1:${port}/livez`)).json() as Promise<{
      events: { folded: number }
    }>
  await expect
    .poll(
      () =>
        vitals().then(
          () => true,
          () => false,
        ),
      { timeout: 30_000 },
    )
    .toBe(true)
  const exit = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  return {
    vitals,
    end: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return exit
    },
  }
}

it('makes a like over Kafka change the next page, and keeps what comes while the brokers are away', async () => {
  const url = `${kafka.url}/?prefix=bus`
  const link = await openKafka(url)
  await createTopics(link, { partitions: 4 })
  const environment = { EXPLORE_EVENTS: url, EXPLORE_HOME: folder }
  Object.assign(process.env, environment)
  const first = await processor(environment)
  const { service, close } = await serve(homeAt(folder), { host: '127.0.0.1', port: 0, threads: 1 })

  const producer = await link.producer()
  const items = Array.from({ length: 40 }, (_, i) => ({
    id: `m${i}`,
    author: `a${i}`,
    topics: ['t'],
  }))
  await producer.send({
    topic: link.topic('items.v1'),
    messages: items.map(item => ({ key: item.id, value: JSON.stringify(item) })),
  })
  await expect.poll(async () => (await service.health()).items, { timeout: 10_000 }).toBe(40)

  const idsOf = async () =>
    (await service.page({ userId: 'u1', limit: 20 })).items.map(({ itemId }) => itemId)
  const [shown] = await idsOf()
  const event = { userId: 'u1', itemId: shown!, time: Date.now() }
  await service.record([
    { ...event, type: 'impression' },
    { ...event, type: 'like' },
  ])
  // A seen item is not shown again.
  await expect.poll(idsOf, { timeout: 5000, interval: 20 }).not.toContain(shown)

  // Killed: another goes on where the state is.
  await first.end('SIGKILL')
  await service.record([{ ...event, type: 'save' }])
  const second = await processor(environment)
  await expect.poll(async () => (await second.vitals()).events.folded, { timeout: 30_000 }).toBe(1)

  const [node] = kafka.nodes
  await node!.stop('SIGKILL')
  const [verdict] = await service.record([{ ...event, type: 'share' }])
  expect(verdict).toMatchObject({ status: 'accepted' })
  expect((await service.health()).lag).toBeGreaterThan(0)
  await node!.start()
  await expect.poll(async () => (await second.vitals()).events.folded, { timeout: 40_000 }).toBe(2)
  await expect.poll(async () => (await service.health()).lag, { timeout: 10_000 }).toBe(0)

  expect(await second.end('SIGTERM')).toBe(0)
  await close()
  await link.close()
  for (const name of Object.keys(environment)) delete process.env[name]
}, 180_000)

it('says what is missing, and ends', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      EXPLORE_EVENTS: `${kafka.url}/?prefix=none`,
      EXPLORE_HOME: folder,
      EXPLORE_PORT: '0',
    },
  })
  let said = ''
  child.stderr.on('data', text => (said += text))
  const code = await new Promise(resolve => child.once('exit', resolve))
  expect(code).toBe(1)
  expect(said).toContain('has no topic none.events.v1')
})
