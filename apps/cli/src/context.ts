import { type Home, homeAt, type Progress } from '@explore/embedded'
import { progressView } from './terminal/progress-view.ts'

/** Options that every command takes. */
export interface CommonOptions {
  readonly home: string
  readonly json?: boolean
}

/** Runs `work` with the home and progress on stderr, then reports: one JSON document, or text, on stdout. */
export const report = async <T>(
  { home, json }: CommonOptions,
  work: (home: Home, progress: Progress) => Promise<T>,
  text: (result: T) => string,
): Promise<void> => {
  const view = progressView(process.stderr, Date.now)
  let result: T
  try {
    result = await work(homeAt(home), view.progress)
  } finally {
    view.end()
  }
  console.log(json ? JSON.stringify(result, null, 2) : text(result))
}
