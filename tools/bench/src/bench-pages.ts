import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Home } from '@explore/embedded'
import type { Figure } from './figures.ts'

/**
 * CPU of a page against the sum of its kernels, and where the page's time goes. Measured on a thread of its own, as
 * pages are served: its heap is no other work's.
 */
export const benchPages = async (
  home: Home,
  users: readonly string[],
): Promise<readonly Figure[]> => {
  const thread = new Worker(new URL('./pages-thread.ts', import.meta.url), {
    workerData: { home, users },
  })
  try {
    return (await once(thread, 'message'))[0] as readonly Figure[]
  } finally {
    await thread.terminate()
  }
}
