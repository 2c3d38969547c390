import { admitted } from '@explore/edge'
import { embeddedService, type Home } from '@explore/embedded'
import { listen, restServer } from '@explore/rest'
import { cpuMs } from './cpu-time.ts'

/** What the server under test tells its parent, over the channel between the two processes. */
export type ServedMessage = { readonly url: string } | { readonly cpuMs: number }

/** What is served, and how. */
export interface ServedOptions {
  readonly home: Home
  /** Whether pages beyond what can be served in time are refused. */
  readonly shed?: boolean
}

// The whole served path in a process of its own, so that its CPU is told apart from the client's.
const { home, shed } = JSON.parse(process.argv[2]!) as ServedOptions
const service = await embeddedService(home, { wall: Date.now, onError: () => {} })
const edge = restServer(shed ? admitted(service, () => performance.now()) : service, {
  ...{ version: '0.0.0', now: Date.now },
})
await service.warm()
const tell = (message: ServedMessage): void => void process.send!(message)
process.on('message', () => tell({ cpuMs: cpuMs() }))
process.once('disconnect', () => void edge.close().then(service.close))
tell({ url: await listen(edge, { host: '127.0.0.1', port: 0 }) })
