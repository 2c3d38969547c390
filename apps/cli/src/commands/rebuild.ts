import { rebuildState } from '@explore/embedded'
import { type CommonOptions, report } from '../context.ts'

/** Folds the log anew into Redis; Ctrl-C leaves what serves as it is. */
export const rebuild = (options: CommonOptions): Promise<void> => {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.exitCode = signal === 'SIGINT' ? 130 : 143
      stop.abort()
    })
  }
  return report(
    options,
    (home, progress) => rebuildState(home, { signal: stop.signal }, progress),
    ({ generation, events, compared, differed }) =>
      `generation ${generation} serves: ${events} events folded; ${differed} of ${compared} users differed before`,
  )
}
