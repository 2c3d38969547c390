import { listSnapshots, rebuildState, writeHomeSnapshot } from '@explore/embedded'
import { type CommonOptions, report } from '../context.ts'
import { table } from '../terminal/table.ts'

/** Folds the log anew into Redis; Ctrl-C leaves what serves as it is. */
export const rebuild = (options: CommonOptions & { readonly snapshot?: string }): Promise<void> => {
  const { snapshot } = options
  const call = { signal: stopped(), ...(snapshot !== undefined && { snapshot }) }
  return report(
    options,
    (home, progress) => rebuildState(home, call, progress),
    ({ generation, events, compared, differed }) =>
      `generation ${generation} serves: ${events} events folded; ${differed} of ${compared} users differed before`,
  )
}

/** Folds the log into a file, on from the last one. */
export const snapshotWrite = (
  options: CommonOptions & { readonly whole?: boolean },
): Promise<void> => {
  const call = { whole: options.whole ?? false, now: Date.now(), signal: stopped() }
  return report(
    options,
    (home, progress) => writeHomeSnapshot(home, call, progress),
    ({ path, users, events, folded }) =>
      `${path}: ${users} users, ${events} events, of which ${folded} were folded now`,
  )
}

export const snapshotList = (options: CommonOptions): Promise<void> =>
  report(options, listSnapshots, entries =>
    entries.length === 0
      ? 'there are no snapshots: explore snapshot write'
      : table(
          ['name', 'events', 'bytes', 'written'],
          entries.map(({ name, events, bytes, createdAt }) => [
            ...[name, `${events}`, `${bytes}`, new Date(createdAt).toISOString()],
          ]),
        ),
  )

const stopped = (): AbortSignal => {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.exitCode = signal === 'SIGINT' ? 130 : 143
      stop.abort()
    })
  }
  return stop.signal
}
