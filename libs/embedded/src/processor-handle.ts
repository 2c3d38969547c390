import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type Compared, ExploreError, type Settings } from '@explore/explore'
import type { Home } from './home.ts'
import type { ProcessorOrder, ProcessorReport } from './processor-thread.ts'
import { unpackError } from './thread-error.ts'

/** The stream processor on a thread of its own: it tails the log and folds. `tell` hears whether it can. */
export const startProcessor = (
  home: Home,
  settings: Settings,
  tell: (problem: ExploreError | undefined) => void,
) => {
  const thread = new Worker(new URL('./processor-thread.ts', import.meta.url), {
    workerData: { home, settings },
  })
  const exited = once(thread, 'exit').catch(() => {})
  const order = (what: ProcessorOrder): void => thread.postMessage(what)
  const { promise: started, resolve: start } = Promise.withResolvers<void>()
  let watermark = 0
  let compared: Compared | undefined
  let waiters: { readonly offset: number; readonly done: () => void }[] = []

  thread.on('message', (report: ProcessorReport) => {
    start()
    if ('error' in report) return tell(unpackError(report.error))
    if ('compared' in report) return void (compared = report.compared)
    tell(undefined)
    watermark = report.watermark
    const ready = waiters.filter(({ offset }) => offset <= watermark)
    waiters = waiters.filter(({ offset }) => offset > watermark)
    for (const { done } of ready) done()
  })
  thread.on('error', cause => {
    start()
    tell(new ExploreError('INTERNAL', `the stream processor died: ${cause}`, { cause }))
  })
  order('poke')

  return {
    /** Resolves when it has begun, or failed to. */
    started,
    watermark: (): number => watermark,
    compared: (): Compared | undefined => compared,
    /** Tells the processor that the log has grown. */
    poke: (): void => order('poke'),
    settings: (settings: Settings): void => order({ settings }),
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
    close: async (): Promise<void> => {
      order('close')
      await exited
    },
  }
}
