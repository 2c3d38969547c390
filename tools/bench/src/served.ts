import { createWriteStream } from 'node:fs'
import { admitted } from '@explore/edge'
import { embeddedService, type Home } from '@explore/embedded'
import { logsOf, metricsOf, observed, startTracing } from '@explore/observe'
import { listen, restServer } from '@explore/rest'
import { cpuMs } from './cpu-time.ts'

/** What the server under test tells its parent, over the channel between the two processes. */
export type ServedMessage = { readonly url: string } | { readonly cpuMs: number }

/** What is served, and how. */
export interface ServedOptions {
  readonly home: Home
  /** Whether pages beyond what can be served in time are refused. */
  readonly shed?: boolean
  /** Whether requests are counted, logged at level info and traced, all of them, with spans sent to this URL. */
  readonly observed?: string
}

// The whole served path in a process of its own, so that its CPU is told apart from the client's.
const { home, shed, observed: collector } = JSON.parse(process.argv[2]!) as ServedOptions
const now = (): number => performance.now()
const service = await embeddedService(home, { wall: Date.now, onError: () => {} })
const metrics = collector === undefined ? undefined : metricsOf('gateway')
const counted = metrics === undefined ? service : observed(service, metrics, now)
if (collector !== undefined) {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector
  await startTracing('bench', process.env)
}
const edge = restServer(shed ? admitted(counted, now) : counted, {
  ...{ version: '0.0.0', now: Date.now },
  ...(metrics && { metrics, logs: logsOf('bench', 'info', createWriteStream('/dev/null')) }),
})
await service.warm()
const tell = (message: ServedMessage): void => void process.send!(message)
process.on('message', () => tell({ cpuMs: cpuMs() }))
process.once('disconnect', () => void edge.close().then(service.close))
tell({ url: await listen(edge, { host: '127.0.0.1', port: 0 }) })
