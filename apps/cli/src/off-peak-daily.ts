import type { Home } from '@explore/embedded'
import { runJob } from '@explore/offline-jobs'

const DAY = 86_400_000
/** After a start, so that the first callers have the machine for themselves. */
const FIRST = 60_000

/** Runs the off-peak job a minute after the start and then once a day, in a process of its own. */
export const offPeakDaily = (home: Home): { readonly stop: () => void } => {
  const stopped = new AbortController()
  const run = (): void => {
    runJob('off-peak', home, { pages: true }, () => {}, stopped.signal).catch((error: Error) => {
      if (!stopped.signal.aborted) console.error(`explore: the off-peak job: ${error.message}`)
    })
  }
  const first = setTimeout(run, FIRST)
  const daily = setInterval(run, DAY)
  for (const timer of [first, daily]) timer.unref()
  return {
    stop: () => {
      stopped.abort()
      clearTimeout(first)
      clearInterval(daily)
    },
  }
}
