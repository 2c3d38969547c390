import { Worker } from 'node:worker_threads'
import { ExploreError } from '@explore/explore'
import type { Home } from './home.ts'
import type { ProcessorReport } from './processor-thread.ts'
import { unpackError } from './thread-error.ts'

/** The stream processor on a thread of its own: it tails the log and folds. */
export const startProcessor = (home: Home, onError: (error: ExploreError) => void) => {
  const thread = new Worker(new URL('./processor-thread.ts', import.meta.url), {
    workerData: { home },
  })
  let watermark = 0
  let waiters: { readonly offset: number; readonly done: () => void }[] = []

  thread.on('message', (report: ProcessorReport) => {
    if ('error' in report) return onError(unpackError(report.error))
    watermark = report.watermark
    const ready = waiters.filter(({ offset }) => offset <= watermark)
    waiters = waiters.filter(({ offset }) => offset > watermark)
    for (const { done } of ready) done()
  })
  thread.on('error', cause =>
    onError(new ExploreError('INTERNAL', 'the stream processor died', { cause })),
  )

  return {
    watermark: (): number => watermark,
    /** Tells the processor that the log has grown. */
    poke: (): void => thread.postMessage('poke'),
    /** Resolves when all below `offset` is folded, or after `most` milliseconds. */
    folded: (offset: number, most: number): Promise<void> => {
      if (offset <= watermark) return Promise.resolve()
      return new Promise(resolve => {
        const timer = setTimeout(resolve, most)
        const done = (): void => {
          clearTimeout(timer)
          resolve()
        }
        waiters.push({ offset, done })
      })
    },
    close: (): Promise<void> =>
      new Promise(resolve => {
        thread.once('exit', () => resolve())
        thread.postMessage('close')
      }),
  }
}

export type ProcessorHandle = ReturnType<typeof startProcessor>
