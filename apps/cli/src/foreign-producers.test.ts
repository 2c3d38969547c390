import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopics, openKafka } from '@explore/adapters'
import { homeAt } from '@explore/embedded'
import { serve as serveGateway, type Gateway } from '@explore/gateway'
import { type KafkaServer, startKafka, whyNoKafka } from '@explore/servers'
import { serve, type StreamServer } from '@explore/stream-processor'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pythonWith } from './testing/python.ts'

const EXAMPLES = join(import.meta.dirname, '../../../examples/producers')
const why = whyNoKafka()
const folder = mkdtempSync(join(tmpdir(), 'explore-producers-'))
const python = pythonWith(join(EXAMPLES, 'requirements.txt'))
const KCAT = 'kcat'
const hasKcat = spawnSync(KCAT, ['-V']).status === 0

/** What it is called, how it is run, and why it is not. */
const PRODUCERS: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
  ['Node', process.execPath, ['producer.mjs'], undefined],
  [
    'Python',
    'python' in python ? python.python : '',
    ['producer.py'],
    'missing' in python ? python.missing : undefined,
  ],
  ['kcat', join(EXAMPLES, 'producer.sh'), [], hasKcat ? undefined : 'no kcat'],
]

describe('a producer that knows nothing of this project', () => {
  let kafka: KafkaServer
  let stream: StreamServer
  let gateway: Gateway
  beforeAll(async () => {
    if (why !== undefined) return
    kafka = await startKafka()
    const url = `${kafka.url}/?prefix=foreign${process.pid}`
    const link = await openKafka(url)
    await createTopics(link, { partitions: 4 })
    await link.close()
    process.env.EXPLORE_EVENTS = url
    const home = homeAt(folder)
    stream = await serve(home, url, { host: '127.0.0.1', port: 0 })
    gateway = await serveGateway(home, { host: '127.0.0.1', port: 0, threads: 1 })
    const items = Array.from({ length: 40 }, (_, i) => ({ id: `m${i}`, author: `a${i}` }))
    await gateway.service.putItems(items)
  }, 240_000)
  beforeEach(({ skip }) => skip(why !== undefined, why))
  afterAll(async () => {
    delete process.env.EXPLORE_EVENTS
    await gateway?.close()
    await stream?.close()
    await kafka?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const [name, command, script, missing] of PRODUCERS) {
    it(`changes the page: ${name}`, async ({ skip }) => {
      skip(missing !== undefined, missing)
      const userId = `viewer-${name}`
      const shown = async (): Promise<string[]> =>
        (await gateway.service.page({ userId, limit: 10 })).items.map(({ itemId }) => itemId)
      const [first] = await shown()
      const topic = `foreign${process.pid}.events.v1`
      const args = [...script.map(file => join(EXAMPLES, file)), kafka.brokers.join(',')]
      execFileSync(command, [...args, topic, userId, first!, 'like'])
      // Who has liked an item has seen it.
      await expect.poll(shown, { timeout: 30_000 }).not.toContain(first)
      const vitals = (await (await fetch(stream.url)).json()) as {
        readonly events: { readonly deadLettered: number }
      }
      expect(vitals.events.deadLettered).toBe(0)
    }, 120_000)
  }
})
