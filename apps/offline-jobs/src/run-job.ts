import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Home, type Progress, type ThreadError, unpackError } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import type { JobName, JobOptions, JobReport } from './jobs.ts'

/** What a job's process tells its parent. */
export type JobMessage =
  | { readonly progress: Parameters<Progress> }
  | { readonly report: unknown }
  | { readonly error: ThreadError }

/**
 * Runs a job in a process of its own: it may use a core and much memory for a while, and serving must not feel it.
 * It dies with this process. Rejects with the job's own error; `signal` makes it stop at the next good moment.
 */
export const runJob = <N extends JobName>(
  name: N,
  home: Home,
  options: JobOptions<N>,
  progress: Progress,
  signal?: AbortSignal,
): Promise<JobReport<N>> =>
  new Promise((resolve, reject) => {
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const child = fork(main, [name, home.path, JSON.stringify(options)], {
      serialization: 'advanced',
    })
    const stop = (): void => void child.kill()
    signal?.addEventListener('abort', stop)
    child.on('message', (message: JobMessage) => {
      if ('progress' in message) progress(...message.progress)
      else if ('error' in message) reject(unpackError(message.error))
      else resolve(message.report as JobReport<N>)
    })
    child.on('error', reject)
    child.on('exit', (code, killer) => {
      signal?.removeEventListener('abort', stop)
      const how = killer === null ? `exit code ${code}` : `signal ${killer}`
      // A result that came before is what counts.
      reject(new ExploreError('INTERNAL', `the ${name} job ended without a result (${how})`))
    })
  })
