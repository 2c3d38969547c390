import { packError } from '@explore/embedded'
import { JOBS, type JobName } from './jobs.ts'
import type { JobMessage } from './run-job.ts'

/** Time to clean up once nobody waits for the result. */
const GRACE = 3_000

// Started by `runJob` with a channel to its parent: node main.ts JOB HOME OPTIONS(JSON)
const [name, home, options] = process.argv.slice(2) as [JobName, string, string]
const abort = new AbortController()
const send = (message: JobMessage): void => {
  // Without a callback, a parent that was killed a moment ago is an error that ends the process.
  if (process.connected) process.send!(message, undefined, undefined, () => {})
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort())
// The parent is gone, however it went.
process.on('disconnect', () => {
  abort.abort()
  setTimeout(() => process.exit(130), GRACE).unref()
})

try {
  const call = {
    home,
    now: Date.now,
    signal: abort.signal,
    progress: (stage: string, fraction: number, note?: string) =>
      send({ progress: [stage, fraction, note] }),
  }
  const job = JOBS[name] as (call: object, options: unknown) => Promise<unknown>
  send({ report: await job(call, JSON.parse(options)) })
} catch (error) {
  send({ error: packError(error) })
}
if (process.connected) process.disconnect()
