import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Home } from '@explore/embedded'

/** Measures the kernels of a home's pages whenever it is asked, on a thread of its own. */
export const kernelMeter = async (home: Home, users: readonly string[]) => {
  const thread = new Worker(new URL('./kernels-thread.ts', import.meta.url), {
    workerData: { home, users },
  })
  await once(thread, 'message')
  return {
    /** CPU milliseconds of a page's kernels. */
    measure: async (): Promise<number> => {
      thread.postMessage('measure')
      return (await once(thread, 'message'))[0] as number
    },
    close: async (): Promise<void> => void (await thread.terminate()),
  }
}
