import { ExploreError } from '@explore/explore'
import { ViewerRows } from '../examples/viewer-rows.ts'
import { catalogueOf, type RetrievalNews, type RetrievalTask, STOP } from './retrieval-process.ts'
import { trainRetrieval } from './train-retrieval.ts'

/** One message per so much of the work. */
const NEWS = 0.005

const tell = (news: RetrievalNews): void => void (process.connected && process.send?.(news))
const stop = new AbortController()
// Ctrl-C reaches every process of the terminal: the parent decides when it is time to save.
process.on('SIGINT', () => {})
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
          tell({ progress: [fraction, message] })
        },
      },
    )
    tell({ done })
  } catch (error) {
    // A process boundary keeps an error's message, not its class.
    if (error instanceof ExploreError)
      tell({ failed: { code: error.code, message: error.message } })
    else tell({ failed: error instanceof Error ? error : new Error(String(error)) })
  } finally {
    rows.close()
    if (process.connected) process.disconnect()
  }
}

process.on('message', (message: RetrievalTask | typeof STOP) => {
  if (message === STOP) stop.abort()
  else void train(message)
})
