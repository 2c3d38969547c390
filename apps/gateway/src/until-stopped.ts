/** Resolves at the first Ctrl-C or SIGTERM, or when the process that started this one is gone. */
export const untilStopped = (): Promise<void> =>
  new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve())
    process.once('disconnect', () => resolve())
  })
