import { ExploreError } from '@explore/explore'
import { ViewerRows } from '../examples/viewer-rows.ts'
import { catalogueOf, type RetrievalNews, type RetrievalTask, STOP } from './retrieval-process.ts'
import { trainRetrieval } from './train-retrieval.ts'

/** One message per so much of the work. */
const NEWS = 0.005

/** Resolves once the parent has been sent it all. */
const tell = (news: RetrievalNews): Promise<void> =>
  new Promise(resolve => {
    if (!process.connected || !process.send) resolve()
    else process.send(news, undefined, undefined, () => resolve())
  })
const stop = new AbortController()
// Both may reach every process of a group: the parent decides when it is time to save.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => stop.abort())

const train = async ({ catalogue, viewers, positives, options }: RetrievalTask): Promise<void> => {
  let told = -1
  const rows = ViewerRows.of(viewers)
  try {
    const done = await trainRetrieval(
      { catalogue: catalogueOf(catalogue), viewers: rows, positives },
      {
        ...options,
        signal: stop.signal,
        onProgress: (fraction, message) => {
          if (fraction - told < NEWS && fraction < 1) return
          told = fraction
          void tell({ progress: [fraction, message] })
        },
      },
    )
    await tell({ done })
  } catch (error) {
    // A process boundary keeps an error's message, not its class.
    const failed =
      error instanceof ExploreError
        ? { code: error.code, message: error.message }
        : error instanceof Error
          ? error
          : new Error(String(error))
    await tell({ failed })
  } finally {
    rows.close()
    if (process.connected) process.disconnect()
  }
}

process.on('message', (message: RetrievalTask | typeof STOP) => {
  if (message === STOP) stop.abort()
  else void train(message)
})
