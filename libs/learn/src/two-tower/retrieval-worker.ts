import { parentPort, workerData } from 'node:worker_threads'
import { ExploreError } from '@explore/explore'
import { ViewerRows } from '../examples/viewer-rows.ts'
import { catalogueOf, type RetrievalNews, type RetrievalTask } from './retrieval-thread.ts'
import { trainRetrieval } from './train-retrieval.ts'

/** One message per so much of the work. */
const NEWS = 0.01

const { catalogue, viewers, positives, options } = workerData as RetrievalTask
const tell = (news: RetrievalNews): void => parentPort?.postMessage(news)
const stop = new AbortController()
parentPort?.on('message', () => stop.abort())

let told = -1
try {
  const done = await trainRetrieval(
    { catalogue: catalogueOf(catalogue), viewers: ViewerRows.of(viewers), positives },
    {
      ...options,
      signal: stop.signal,
      onProgress: (fraction, message) => {
        if (fraction - told < NEWS && fraction < 1) return
        told = fraction
        tell({ progress: [fraction, message] })
      },
    },
  )
  tell({ done })
} catch (error) {
  // A thread boundary keeps an error's message, not its class.
  if (error instanceof ExploreError) tell({ failed: { code: error.code, message: error.message } })
  else tell({ failed: error instanceof Error ? error : new Error(String(error)) })
}
parentPort?.close()
